import type { Command } from 'commander'
import { type Flags, type Loaded, loadSettings } from '../config/load.ts'
import { type Keeprate, type OpenOptions, openKeeprate } from '../config/open-keeprate.ts'
import { createLog } from '../config/plain-log.ts'
import type { Settings } from '../config/schema.ts'
import { providers } from '../providers/registry.generated.ts'
import { createOutput, type Output, reportError } from './output.ts'

/** Options of every command. */
export interface CommonOptions {
  readonly json?: boolean
  readonly config?: string
  readonly home?: string
  readonly host?: string
  readonly port?: string
  readonly databaseUrl?: string
  readonly logLevel?: string
}

/** Adds the options that every command has. */
export const withCommonOptions = (command: Command): Command =>
  command
    .option('--json', 'print JSON on standard output and nothing else')
    .option('--config <file>', 'configuration file (default: keeprate.yaml)')
    .option('--home <folder>', 'folder of database and pictures (default: .keeprate)')
    .option('--database-url <url>', 'postgres://… instead of SQLite')
    .option('--log-level <level>', 'debug, info, warn, error or silent')

/** Reads the settings for a command. */
export function loadForCommand(options: CommonOptions): Loaded {
  const { json: _, ...flags } = options
  return loadSettings({
    flags: flags as Flags,
    environment: process.env,
    folder: process.cwd(),
    kinds: providers,
  })
}

/**
 * Opens everything for one command and closes it afterwards. Quiet unless a log level is given.
 * Work that a dead server left behind is not taken up: a command may run in another environment,
 * and ends when it is done.
 */
export async function withKeeprate<Value>(
  options: CommonOptions,
  work: (keeprate: Keeprate) => Promise<Value>,
  open: OpenOptions = {},
): Promise<Value> {
  const { settings } = loadForCommand(options)
  const logLevel: Settings['logLevel'] =
    options.logLevel === undefined ? 'silent' : settings.logLevel
  const log = createLog(logLevel)
  const keeprate = await openKeeprate({ ...settings, logLevel }, log, { ...open, recovers: false })
  try {
    return await work(keeprate)
  } finally {
    await keeprate.close()
  }
}

/** Runs a command's work; errors become text and an exit code, never a stack. */
export function action<Arguments extends unknown[]>(
  work: (output: Output, ...args: Arguments) => Promise<number>,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command
    const output = createOutput(command.optsWithGlobals().json === true)
    try {
      process.exitCode = await work(output, ...args)
    } catch (error) {
      process.exitCode = reportError(error, output)
    }
  }
}
