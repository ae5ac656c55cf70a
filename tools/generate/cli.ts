import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { repositoryRoot } from '../repository.ts'
import { run } from '../run.ts'
import type { GeneratedFile } from './generated-file.ts'
import { code, codeBlock, markdownDocument, markdownTable } from './markdown.ts'

const INTRODUCTION = `\`keeprate\` when it is installed, \`npm run -s keeprate --\` in the repository. Every
command has \`--json\`: data on standard output and nothing else there. Progress and remarks go to
standard error. Settings are explained in [settings.md](settings.md).`

const EXIT_MEANINGS: { readonly [Name in keyof typeof exitCodes]: string } = {
  ok: 'done',
  failed: 'failed',
  usage: 'wrong usage, configuration or request',
  overLimit: 'over a budget or a cost limit; nothing was sent',
  partly: 'fewer pictures than asked for',
}

/** Helps asked for at the same time: each is a process, and machines for tests are small. */
const PARALLEL = 2

/** A command and what its `--help` prints. */
interface Help {
  readonly words: readonly string[]
  readonly text: string
}

let helps: Promise<readonly Help[]> | undefined

/** `docs/cli.md`: what every command says of itself. Asked once per process. */
export async function cliDocument(): Promise<GeneratedFile> {
  helps ??= askTree([])
  const exits = Object.entries(exitCodes).map(([name, exit]) => [
    String(exit),
    EXIT_MEANINGS[name as keyof typeof exitCodes],
  ])
  return {
    path: 'docs/cli.md',
    content: markdownDocument('Command line', 'the help of the commands', [
      INTRODUCTION,
      markdownTable([['exit code', 'meaning'], ...exits]),
      ...(await helps).flatMap(({ words, text }) => [
        `## ${code(['keeprate', ...words].join(' '))}`,
        codeBlock('text', text),
      ]),
    ]),
  }
}

/** The help of a command and of all commands below it. */
async function askTree(words: readonly string[]): Promise<readonly Help[]> {
  const text = await ask(words)
  const names = commandNames(text)
  const found: Help[] = [{ words, text }]
  for (let at = 0; at < names.length; at += PARALLEL) {
    const trees = names.slice(at, at + PARALLEL).map((name) => askTree([...words, name]))
    found.push(...(await Promise.all(trees)).flat())
  }
  return found
}

/**
 * Runs `keeprate … --help`. The environment is bare: width and colours of the terminal, and settings
 * of the person who runs this, must not reach the document.
 */
async function ask(words: readonly string[]): Promise<string> {
  const main = join(repositoryRoot, 'src/cli/main.ts')
  const environment = {
    PATH: process.env.PATH,
    NO_COLOR: '1',
    NODE_COMPILE_CACHE: join(tmpdir(), 'keeprate-compile-cache'),
  }
  const result = await run(process.execPath, [main, ...words, '--help'], { environment })
  if (result.exitCode === 0) return result.output
  throw new Error(`keeprate ${words.join(' ')} --help failed:\n${result.output}`)
}

/** The names in the list of commands of a help text, but for `help` itself. */
export function commandNames(text: string): readonly string[] {
  const [, list = ''] = /^Commands:\n((?: {2}.*\n?)+)/m.exec(text) ?? []
  return [...list.matchAll(/^ {2}([a-z]\S*)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help')
}
