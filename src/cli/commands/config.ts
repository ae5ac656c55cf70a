import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, loadForCommand, withCommonOptions } from '../settings.ts'

/** `keeprate config check|show` */
export function addConfig(program: Command): void {
  const config = program.command('config').description('The configuration')
  withCommonOptions(config.command('check'))
    .description('Check file and environment; problems name line and column')
    .action(action(check))
  withCommonOptions(config.command('show'))
    .description('Show every setting; secrets are masked')
    .option('--origin', 'also where each value came from')
    .action(action(show))
}

async function check(output: Output, options: CommonOptions): Promise<number> {
  const { file, shown } = loadForCommand(options)
  const from = file ?? 'no file; defaults and environment'
  output.data({ ok: true, file, settings: shown.length }, `ok  ${from}`)
  return exitCodes.ok
}

async function show(
  output: Output,
  options: CommonOptions & { readonly origin?: boolean },
): Promise<number> {
  const { shown } = loadForCommand(options)
  const rows = shown.map(({ name, value, origin, source }) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
    ...(options.origin === true ? [origin, source ?? ''] : []),
  ])
  const json = shown.map(({ origin, source, ...rest }) =>
    options.origin === true ? { ...rest, origin, source } : rest,
  )
  output.data(json, table(rows))
  return exitCodes.ok
}
