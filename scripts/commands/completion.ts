import { Argument, Command } from 'commander';
import { ExitCode } from '../../protocol/errors.js';
import { examples } from '../cli/help.js';
import { print } from '../cli/output.js';
import { bashCompletion } from '../completion/bash.js';
import { fishCompletion } from '../completion/fish.js';
import { placesOf } from '../completion/model.js';
import { zshCompletion } from '../completion/zsh.js';
import { programFor } from '../program.js';
import { COMMANDS } from './index.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
type Shell = keyof typeof SHELLS;

/** The command line of `cc2cc completion`. */
export function command(): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'whose script to print').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
To install, once, and again after an update:
  bash  mkdir -p ~/.local/share/bash-completion/completions
        cc2cc completion bash > ~/.local/share/bash-completion/completions/cc2cc
        or, without the package bash-completion:
        cc2cc completion bash >> ~/.bashrc
  zsh   mkdir -p ~/.zfunc && cc2cc completion zsh > ~/.zfunc/_cc2cc
        and in ~/.zshrc, before compinit: fpath=(~/.zfunc $fpath)
  fish  cc2cc completion fish > ~/.config/fish/completions/cc2cc.fish
${examples('source <(cc2cc completion bash) # for this shell only')}`,
    )
    .action(async (shell: Shell) => {
      // Made of the commands as they are, so it cannot lag behind them.
      const program = await programFor(COMMANDS.map(({ name }) => name));
      await print(SHELLS[shell](placesOf(program)).trimEnd());
      process.exitCode = ExitCode.ok;
    });
}
