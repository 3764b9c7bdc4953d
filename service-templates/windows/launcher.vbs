' Written by cc2cc-daemon install; cc2cc-daemon uninstall removes it.
' Runs a program without a window, waits for its end, and ends with its exit code:
'   wscript.exe //B //NoLogo launcher.vbs NODE SCRIPT ARGUMENT ...
Option Explicit
Dim files, shell, line, word, i

If WScript.Arguments.Count < 2 Then WScript.Quit 2
Set files = CreateObject("Scripting.FileSystemObject")
' Removed: there is nothing to run, and no reason to try again.
If Not files.FileExists(WScript.Arguments(0)) Then WScript.Quit 0
If Not files.FileExists(WScript.Arguments(1)) Then WScript.Quit 0

line = ""
For i = 0 To WScript.Arguments.Count - 1
  word = WScript.Arguments(i)
  ' A backslash before the closing quote would make a sign of it.
  If Right(word, 1) = "\" Then word = word & "\"
  line = line & """" & word & """ "
Next
Set shell = CreateObject("WScript.Shell")
WScript.Quit shell.Run(line, 0, True)
