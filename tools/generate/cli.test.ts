import { expect, test } from 'vitest'
import { commandNames } from './cli.ts'

const HELP = `Usage: keeprate [options] [command]

Options:
  -h, --help      display help for command

Commands:
  serve [options]          Run the gateway
  generate [options] <prompt>
                           Generate images from a prompt
  keys                     Keys that callers use
  help [command]           display help for command
`

test('the commands of a help text are its entries, not their explanations, not help itself', () => {
  expect(commandNames(HELP)).toEqual(['serve', 'generate', 'keys'])
})

test('a command without commands has none', () => {
  expect(commandNames('Usage: keeprate serve [options]\n\nOptions:\n  --json  a\n')).toEqual([])
})
