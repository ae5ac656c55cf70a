// A gateway that asks for pictures and dies at a named point, or heals what another one left
// behind. Started by torture-run.ts; what it needs to know is in its first argument, as JSON.
import { createFileImageStore } from '../../src/adapters/files/file-image-store.ts'
import { createSafeFetch } from '../../src/adapters/safe-fetch/client.ts'
import { createSharpDecoder } from '../../src/adapters/sharp-decoder/sharp-decoder.ts'
import { systemClock, systemRandom } from '../../src/adapters/system-clock/system-clock.ts'
import { loadSettings } from '../../src/config/load.ts'
import { openKeeprate } from '../../src/config/open-keeprate.ts'
import { createLog } from '../../src/config/plain-log.ts'
import { normaliseRequest } from '../../src/core/request/normalise.ts'
import type { Stores } from '../../src/ports/stores.ts'
import { providers } from '../../src/providers/registry.generated.ts'
import { Reaper } from './deadly-ports.ts'
import type { KillPoint } from './kill-points.ts'

/** What a doomed process is told. */
export interface Orders {
  readonly home: string
  readonly origin: string
  readonly baseUrls: Readonly<Record<string, string>>
  /** Absent for a process that heals. */
  readonly doom?: {
    readonly point: KillPoint
    readonly visit: number
    readonly model: string
    readonly requests: number
  }
}

const CALLER = { keyId: 'key_torture', tenant: 'torture' }
/** So much later the healer lives: the leases of the dead have run out by then. */
const LATER_MS = 60_000
/** What the dead left is worked off within this time. */
const HEALED_WITHIN_MS = 60_000

const orders = JSON.parse(process.argv[2] ?? '') as Orders
const { home, origin, baseUrls, doom } = orders
const reaper = new Reaper({
  point: doom?.point,
  visit: doom?.visit ?? 0,
  submitsSeen: async () => {
    const answer = await fetch(`${origin}/__sandbox/requests`)
    const { requests } = (await answer.json()) as { requests: readonly { method: string }[] }
    return requests.filter(({ method }) => method === 'POST').length
  },
})
const later = { ...systemClock, now: () => systemClock.now() + LATER_MS }
const definitions = providers.filter(({ id }) => id in baseUrls)
const { settings } = loadSettings({
  flags: { home, logLevel: 'error' },
  environment: {},
  folder: home,
  kinds: definitions,
})
const world = {
  clock: doom === undefined ? later : systemClock,
  random: systemRandom,
  http: reaper.http(createSafeFetch()),
  images: reaper.images(createFileImageStore(home)),
  decoder: createSharpDecoder(),
  stores: (opened: Stores) => ({
    ...opened,
    journal: reaper.journal(opened.journal),
  }),
  baseUrl: (kind: string) => baseUrls[kind] ?? '',
}

const keeprate = await openKeeprate(settings, createLog('error'), { definitions, world })
await keeprate.gateway.ready
if (doom === undefined) await heal()
else await ask(doom)
await keeprate.close()

async function ask({ model, requests }: NonNullable<Orders['doom']>): Promise<void> {
  const asked = Array.from({ length: requests }, async (_, index) => {
    const prompt = `torture ${index}`
    const request = normaliseRequest({
      ...{ operation: 'generate', model, prompt, size: '1024x1024', quality: 'low', n: 1 },
    })
    const result = await keeprate.gateway.generate(request, CALLER)
    result.release()
  })
  await Promise.allSettled(asked)
}

/** Waits until nothing is left undone. */
async function heal(): Promise<void> {
  const end = performance.now() + HEALED_WITHIN_MS
  const { requests } = keeprate.stores
  const running = { tenant: CALLER.tenant, state: 'running', limit: 1 } as const
  while ((await requests.list(running)).length > 0) {
    if (performance.now() > end) throw new Error('not healed in time')
    await systemClock.sleep(20)
  }
}
