// Prints what every command of `keeprate` says to `--help`, as JSON. A process of its own, because
// the command line reads the arguments and writes to the output of its process; one process for
// all, because starting it is what takes the time.
import type { CommandHelp } from './cli.ts'

const helps: CommandHelp[] = []
await ask([])
process.stdout.write(JSON.stringify(helps))

/** Collects the help of a command, then of the commands below it. */
async function ask(words: readonly string[]): Promise<void> {
  const text = await helpOf(words)
  helps.push({ words, text })
  for (const name of commandNames(text)) await ask([...words, name])
}

/** Runs the command line once more: a module with another query is another module. */
async function helpOf(words: readonly string[]): Promise<string> {
  const program = new URL('../../src/cli/program.ts', import.meta.url)
  process.argv = [process.execPath, program.pathname, ...words, '--help']
  const { write } = process.stdout
  let text = ''
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += chunk
    return true
  }
  try {
    await import(`${program.href}?${words.join('.')}`)
  } finally {
    process.stdout.write = write
  }
  return text
}

/** The names in the list of commands of a help text, but for `help` itself. */
function commandNames(text: string): readonly string[] {
  const [, list = ''] = /^Commands:\n((?: {2}.*\n?)+)/m.exec(text) ?? []
  return [...list.matchAll(/^ {2}([a-z]\S*)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help')
}
