/** Short, friendly, easy to tell apart when read aloud; no word may hint at rank or state. */
export const ADJECTIVES =
  'amber azure bold brave bright brisk calm clever coral cosmic crisp curious dapper deft eager early fair fancy fleet fond gentle glad golden grand happy hardy honest humble ivory jolly keen kind lively loyal lucky lunar mellow merry mighty modest neat nimble noble olive patient plucky polite proud quick quiet rapid ready rosy royal rustic sage sharp silver smart smooth snowy solar steady sturdy sunny swift tidy trusty upbeat velvet vivid warm wise witty young zesty'.split(
    ' ',
  );

export const ANIMALS =
  'ant badger bat bear beaver bee bison boar camel cat cobra cod condor crab crane crow deer dingo dove duck eagle eel elk falcon ferret finch fox frog gecko goat goose gull hare hawk heron hippo horse ibex jackal jay koala lark lemur leopard lion lizard llama lynx magpie marten mole moose mouse newt ocelot orca osprey otter owl ox panda panther parrot pelican penguin pigeon pony puma quail rabbit raven robin salmon seal shark sheep shrew sloth snail sparrow squid stork swan tapir tiger toad trout turtle viper vole walrus weasel whale wolf wombat wren yak zebra'.split(
    ' ',
  );
