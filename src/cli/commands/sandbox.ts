import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { emulators } from '../../sandbox/registry.generated.ts'
import { startSandbox } from '../../sandbox/server.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { action, type CommonOptions, loadForCommand, withCommonOptions } from '../settings.ts'

/** `keeprate sandbox` */
export function addSandbox(program: Command): void {
  withCommonOptions(program.command('sandbox'))
    .description('Run the emulated providers alone, for tests against their native wire formats')
    .option('--port <number>', 'port to listen on', '4344')
    .action(action(sandbox))
}

async function sandbox(output: Output, options: CommonOptions): Promise<number> {
  const { port, ...rest } = options
  const { settings } = loadForCommand(rest)
  const running = await startSandbox({
    emulators,
    port: Number(port),
    speed: settings.sandboxSpeed,
    seed: randomUUID(),
  })
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
