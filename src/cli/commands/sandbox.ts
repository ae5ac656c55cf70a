import type { Command } from 'commander'
import { openSandbox } from '../../config/open-sandbox.ts'
import { emulators } from '../../sandbox/registry.generated.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { action, type CommonOptions, loadForCommand, withCommonOptions } from '../settings.ts'
import { addSandboxScenario, openScenario } from './sandbox-scenario.ts'

interface SandboxCommandOptions extends CommonOptions {
  readonly scenario?: string
}

/** `keeprate sandbox [scenario]` */
export function addSandbox(program: Command): void {
  const command = withCommonOptions(program.command('sandbox'))
    .description('Run the emulated providers alone, for tests against their native wire formats')
    .option('--port <number>', 'port to listen on', '4344')
    .option('--scenario <file>', 'plays the faults of a scenario, from the start on')
    .action(action(sandbox))
  addSandboxScenario(command)
}

async function sandbox(output: Output, options: SandboxCommandOptions): Promise<number> {
  const { port, scenario, ...rest } = options
  const { settings } = loadForCommand(rest)
  const { faults: orders } = scenario === undefined ? { faults: [] } : await openScenario(scenario)
  const running = await openSandbox(settings, { port: Number(port), orders })
  const urls = emulators.map(({ id }) => [id, running.baseUrl(id)] as const)
  output.data(
    { ready: true, origin: running.origin, base_urls: Object.fromEntries(urls) },
    [`sandbox ready at ${running.origin}`, ...urls.map(([id, url]) => `  ${id}  ${url}`)].join(
      '\n',
    ),
  )
  await new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  await running.close()
  return exitCodes.ok
}
