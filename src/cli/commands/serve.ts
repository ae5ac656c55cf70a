import type { Command } from 'commander'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { ConfigError } from '../../config/config-error.ts'
import { isLoopback, isSandboxOnly, SANDBOX_KEY } from '../../config/fixed-keys.ts'
import { type Keeprate, openKeeprate } from '../../config/open-keeprate.ts'
import { createLog } from '../../config/plain-log.ts'
import { dropUnconfigured } from '../../gateway/budget-admin.ts'
import { createApp } from '../../http/app.ts'
import { createLinks } from '../../http/links.ts'
import { createMetrics } from '../../http/metrics.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { action, type CommonOptions, loadForCommand, withCommonOptions } from '../settings.ts'
import { version } from '../version.ts'

/** `keeprate serve` */
export function addServe(program: Command): void {
  withCommonOptions(program.command('serve'))
    .description('Run the gateway')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <number>', 'port to listen on (default: 4343)')
    .action(action(serve))
}

async function serve(output: Output, options: CommonOptions): Promise<number> {
  const { settings } = loadForCommand(options)
  const log = createLog(settings.logLevel)
  const keeprate = await openKeeprate(settings, log)
  try {
    await refuseOpenDoor(keeprate)
    await dropUnconfigured(settings.budgets, keeprate.gateway.deps)
    const app = await openApp(keeprate, log)
    try {
      await listen(app, keeprate, output)
      const signal = await stopSignal()
      log.info({ signal }, 'draining')
      // Readiness turns red at once, running requests end, then the server and the stores close.
      await keeprate.gateway.close()
      return exitCodes.ok
    } finally {
      await app.close()
    }
  } finally {
    await keeprate.close()
  }
}

/** @throws when the address cannot be had. */
async function listen(app: FastifyInstance, keeprate: Keeprate, output: Output): Promise<void> {
  const { host, port } = keeprate.settings
  // Abandoned work is looked for first; only then is new work accepted.
  await keeprate.gateway.ready
  await app.listen({ host, port })
  const url = urlOf(app)
  keeprate.listensAt(url, createLinks(keeprate.linkSecret).sign)
  output.data(readyFacts(url, keeprate), readyLine(url, keeprate))
}

/** The server of a gateway. Nothing listens yet. */
export const openApp = (keeprate: Keeprate, log: Logger): Promise<FastifyInstance> => {
  const { gateway, keyRing, http, settings, hub, linkSecret } = keeprate
  const metrics = createMetrics(gateway.deps)
  hub.listen(metrics.onEvent)
  return createApp(
    {
      gateway,
      keyRing,
      links: createLinks(linkSecret),
      priceWatch: keeprate.watch,
      metrics,
      http,
      version,
      bodyExtension: settings.bodyExtension,
      budgetStatus: settings.budgetStatus,
      instance: keeprate.instance,
      isSandbox: isSandboxOnly(settings, keeprate.providers),
      isLocal: isLoopback(settings.host),
      ...(settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl }),
      ...(settings.keeping.picturesUrl === undefined
        ? {}
        : { picturesUrl: settings.keeping.picturesUrl }),
      storagePrices: settings.keeping.prices,
    },
    log,
  )
}

/** An address that others can reach, and no key that anybody would need, is an open door. */
async function refuseOpenDoor({ settings, stores }: Keeprate): Promise<void> {
  if (isLoopback(settings.host) || settings.adminKey !== undefined) return
  const keys = await stores.keys.list()
  if (keys.some((key) => key.revokedAt === undefined)) return
  throw new ConfigError([
    `server.host: ${settings.host} is reachable by others and no key exists; ` +
      'create one with `keeprate keys create`, or set KEEPRATE_ADMIN_KEY.',
  ])
}

/** "Every address" is one to listen on, none to call. */
const UNSPECIFIED: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' }

function urlOf(app: FastifyInstance): string {
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no address to serve')
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${UNSPECIFIED[host] ?? host}:${address.port}`
}

const keyHint = ({ providers, settings }: Keeprate): string | undefined =>
  isSandboxOnly(settings, providers) ? SANDBOX_KEY : undefined

const readyFacts = (url: string, keeprate: Keeprate) => ({
  ready: true,
  sandbox_origin: keeprate.sandboxOrigin,
  url,
  version,
  key: keyHint(keeprate),
  sandbox: keeprate.emulated,
  providers: keeprate.providers.map((provider) => provider.id),
})

/** One line: where, with which key, and a command that works as it stands. */
function readyLine(url: string, keeprate: Keeprate): string {
  const key = keyHint(keeprate)
  const mode = keeprate.emulated.length > 0 ? ' (sandbox: emulated providers, simulated spend)' : ''
  const shownKey = key ?? '$KEEPRATE_API_KEY'
  const hint = key === undefined ? 'key: keeprate keys create' : `key: ${key}`
  return (
    `keeprate ${version} ready at ${url}${mode}  ${hint}  try: curl ${url}/v1/images/generations ` +
    `-H "authorization: Bearer ${shownKey}" -H 'content-type: application/json' ` +
    `-d '{"model":"auto","prompt":"a lighthouse at dusk","response_format":"url"}'`
  )
}

const stopSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
