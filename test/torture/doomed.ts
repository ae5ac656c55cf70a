// A gateway that asks for pictures and dies at a named point, or heals what another one left
// behind. Started by torture-run.ts; what it needs to know is in its first argument, as JSON.
import { createFileImageStore } from '../../src/adapters/files/file-image-store.ts'
import { createSafeFetch } from '../../src/adapters/safe-fetch/client.ts'
import { createSharpDecoder } from '../../src/adapters/sharp-decoder/sharp-decoder.ts'
import { systemClock, systemRandom } from '../../src/adapters/system-clock/system-clock.ts'
import { openApp } from '../../src/cli/commands/serve.ts'
import { loadSettings } from '../../src/config/load.ts'
import { openKeeprate } from '../../src/config/open-keeprate.ts'
import { createLog } from '../../src/config/plain-log.ts'
import { isEnded } from '../../src/core/jobs/request-record.ts'
import { normaliseRequest } from '../../src/core/request/normalise.ts'
import { createLinks } from '../../src/http/links.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Stores } from '../../src/ports/stores.ts'
import { providers } from '../../src/providers/registry.generated.ts'
import { Reaper } from './deadly-ports.ts'
import { type Defect, withImageDefect, withStoreDefect } from './defects.ts'
import { type KillPoint, type Style, styles } from './kill-points.ts'

/** What a process is told. */
export interface Orders {
  readonly home: string
  /** Where it keeps its records; absent for SQLite in its home. */
  readonly databaseUrl?: string
  /** Where providers report to it, before and after a death. */
  readonly port: number
  readonly style: Style
  readonly origin: string
  readonly baseUrls: Readonly<Record<string, string>>
  readonly defect?: Defect
  /** Absent for a process that heals. */
  readonly doom?: { readonly point: KillPoint; readonly visit: number; readonly requests: number }
}

const CALLER = { keyId: 'key_torture', tenant: 'torture' }
/** So much later the healer lives: the leases of the dead have run out by then. */
const LATER_MS = 60_000
/** Time goes so many times faster for the healer: it looks two minutes for lost jobs. */
const HASTE = 6
/** What the dead left is worked off within this time. */
const HEALED_WITHIN_MS = 120_000

const orders = JSON.parse(process.argv[2] ?? '') as Orders
const { home, databaseUrl, port, origin, baseUrls, doom, defect } = orders
const { model } = styles[orders.style]
const reaper = new Reaper({
  point: doom?.point,
  visit: doom?.visit ?? 0,
  submitsSeen: async () => {
    const answer = await fetch(`${origin}/__sandbox/requests`)
    const { requests } = (await answer.json()) as { requests: readonly { method: string }[] }
    return requests.filter(({ method }) => method === 'POST').length
  },
})
const bornAt = systemClock.now()
const later: Clock = {
  ...systemClock,
  now: () => bornAt + LATER_MS + (systemClock.now() - bornAt) * HASTE,
  monotonicMs: () => systemClock.monotonicMs() * HASTE,
  sleep: (durationMs, signal) => systemClock.sleep(durationMs / HASTE, signal),
}
const definitions = providers.filter(({ id }) => id in baseUrls)
const { settings } = loadSettings({
  flags: { home, databaseUrl, logLevel: 'error', port },
  environment: {},
  folder: home,
  kinds: definitions,
})
const http = createSafeFetch()
const images = createFileImageStore(home)
const world = {
  clock: doom === undefined ? later : systemClock,
  random: systemRandom,
  http: reaper.http(http),
  images: reaper.images(withImageDefect(defect, images)),
  decoder: createSharpDecoder(),
  stores: (opened: Stores) => {
    const stores = withStoreDefect(defect, opened)
    return { ...stores, journal: reaper.journal(stores.journal) }
  },
  baseUrl: (kind: string) => baseUrls[kind] ?? '',
}

const log = createLog('error')
const keeprate = await openKeeprate(settings, log, { definitions, world })
const app = await openApp(keeprate, log)
await keeprate.gateway.ready
await app.listen({ host: '127.0.0.1', port })
keeprate.listensAt(`http://127.0.0.1:${port}`, createLinks(keeprate.linkSecret).sign)
if (doom === undefined) await untilNothingIsLeft()
else await ask(doom.requests)
await app.close()
await keeprate.close()

async function ask(count: number): Promise<void> {
  const { gateway } = keeprate
  const requests = Array.from({ length: count }, (_, index) =>
    normaliseRequest({
      ...{ operation: 'generate', model, size: '1024x1024', quality: 'low', n: 1 },
      prompt: `torture ${index}`,
    }),
  )
  if (orders.style === 'queue') {
    await gateway.jobs.enqueue(requests.map((request) => ({ request, caller: CALLER })))
    return untilNothingIsLeft()
  }
  const asked = requests.map(async (request) => (await gateway.generate(request, CALLER)).release())
  await Promise.allSettled(asked)
}

/** Waits until every request has ended. */
async function untilNothingIsLeft(): Promise<void> {
  const end = performance.now() + HEALED_WITHIN_MS
  const { requests } = keeprate.stores
  const isLeft = async (): Promise<boolean> => {
    const records = await requests.list({ tenant: CALLER.tenant, limit: 100 })
    return records.some(({ state }) => !isEnded(state))
  }
  while (await isLeft()) {
    if (performance.now() > end) throw new Error('not healed in time')
    await systemClock.sleep(20)
  }
}
