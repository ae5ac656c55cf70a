import { fileURLToPath } from 'node:url'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { run } from '../run.ts'
import type { GeneratedFile } from './generated-file.ts'
import { code, codeBlock, markdownDocument, markdownTable } from './markdown.ts'

const INTRODUCTION = `The program is \`keeprate\` when it is installed, and \`npm run -s keeprate
--\` in the repository. Every command has \`--json\`: data on standard output and nothing else
there. Progress and remarks go to standard error. Settings are explained in
[settings.md](settings.md).`

const EXIT_MEANINGS: { readonly [Name in keyof typeof exitCodes]: string } = {
  ok: 'done',
  failed: 'failed',
  usage: 'wrong usage, configuration or request',
  overLimit: 'over a budget or a cost limit; nothing was sent',
  partly: 'fewer pictures than asked for',
}

/** A command and what its `--help` prints. */
export interface CommandHelp {
  readonly words: readonly string[]
  readonly text: string
}

let helps: Promise<readonly CommandHelp[]> | undefined

/** `docs/cli.md`: what every command says of itself. Asked once per process. */
export async function cliDocument(): Promise<GeneratedFile> {
  helps ??= askAll()
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

/**
 * Asks all commands. The environment is bare and the output is no terminal: width, colours and
 * settings of whoever runs this must not reach the document.
 */
async function askAll(): Promise<readonly CommandHelp[]> {
  const script = fileURLToPath(new URL('./print-help.ts', import.meta.url))
  const environment = { PATH: process.env.PATH, NO_COLOR: '1' }
  const result = await run(process.execPath, ['--no-warnings', script], { environment })
  if (result.exitCode !== 0) throw new Error(`asking for help failed:\n${result.output}`)
  const found = JSON.parse(result.output) as readonly CommandHelp[]
  if (found.length < 2) throw new Error('the command line named no commands')
  return found
}
