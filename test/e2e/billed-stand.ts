import { rm } from 'node:fs/promises'
import { type Nano, nanoFromDollars } from '../../src/core/money.ts'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { pinned } from './fault-ends.ts'
import {
  type Database,
  makeHome,
  type Running,
  type Stand,
  startProgram,
  startStand,
} from './stand.ts'

/** A gateway whose providers are emulated by a process of its own, as real ones are. */
export interface BilledStand {
  readonly gateway: Stand
  readonly sandbox: Running
  /** Asks for pictures with the admin key. */
  generate(body: object, headers?: Readonly<Record<string, string>>): Promise<Answer>
  get(path: string): Promise<Answer>
  /** What the emulated providers, or one of them, have billed so far. */
  billedNano(provider?: string): Promise<Nano>
  /** Calls that reached the providers so far. */
  callsSent(): Promise<number>
  /** Ends both and removes what they have written. */
  clear(): Promise<void>
}

/** Everything that a receipt says about money. */
export interface Receipt {
  readonly status: string
  readonly cost: string
  readonly attempts: readonly {
    readonly offer: string
    readonly status: string
    readonly outcome?: string
    readonly cost: string
    readonly cost_basis?: string
  }[]
  readonly images: readonly {
    readonly id: string
    readonly status: string
    readonly url?: string
  }[]
}

/** What the sandbox's control endpoint says of money. */
interface Bill {
  readonly total: string
  readonly totals: Readonly<Record<string, { readonly dollars: string }>>
}

const ADMIN_KEY = 'sk-admin-of-these-tests'

const CHECKPOINT = '{ id: sdxl-base-1.0, checkpoint: sd_xl_base_1.0.safetensors }'
/** What an own server needs beside its address. */
const OWN = `hourly_cost: 0.80, settings: { models: [${CHECKPOINT}] }`

/** How a stand is started. */
interface BilledStandOptions {
  readonly database?: Database
  /** The providers, by a model of each. */
  readonly models?: Readonly<Record<string, string>>
  /** How much faster than real ones the providers are. */
  readonly speed?: string
}

/** Faults come one after the other here; a breaker would keep the next one away. */
const PATIENT = { KEEPRATE_BREAKER_FAILURES: '0', KEEPRATE_HEDGE_UNTIL_MEASURED: '1s' }

/**
 * Starts both, the gateway with a key and an address for the providers that faults are played with,
 * and thus no sandbox of its own.
 */
export async function startBilledStand({
  database,
  models = pinned,
  speed = '2000',
}: BilledStandOptions = {}): Promise<BilledStand> {
  const home = await makeHome()
  const sandbox = await startProgram(['sandbox', '--port', '0'], {
    KEEPRATE_HOME: home,
    KEEPRATE_SANDBOX_SPEED: speed,
  })
  const addresses = sandbox.ready.base_urls as Readonly<Record<string, string>>
  const chosen = Object.entries(addresses).filter(([id]) => id in models)
  const providers = chosen.map(([id, url]) => {
    const more = id === 'comfyui' ? OWN : `api_key: "key-of-${id}"`
    return `  ${id}: { base_url: "${url}", allow_private: true, ${more} }`
  })
  const gateway = await startStand({
    home,
    config: `providers:\n${providers.join('\n')}\n`,
    environment: { ...PATIENT, KEEPRATE_ADMIN_KEY: ADMIN_KEY },
    ...(database === undefined ? {} : { database }),
  })
  return standOf(gateway, sandbox, String(sandbox.ready.origin))
}

/**
 * Starts a gateway that emulates providers itself: they are told where to report, and it knows the
 * keys that they sign with.
 */
export async function startReportedStand({
  database,
  models = {},
}: BilledStandOptions): Promise<BilledStand> {
  const gateway = await startStand({
    environment: {
      ...{ ...PATIENT, KEEPRATE_ADMIN_KEY: ADMIN_KEY },
      KEEPRATE_SANDBOX: Object.keys(models).join(','),
    },
    ...(database === undefined ? {} : { database }),
  })
  return standOf(gateway, gateway, String(gateway.ready.sandbox_origin))
}

function standOf(gateway: Stand, sandbox: Running, origin: string): BilledStand {
  const authorization = `Bearer ${ADMIN_KEY}`
  return {
    gateway,
    sandbox,
    generate: (body, headers = {}) =>
      exchange(gateway.url, {
        method: 'POST',
        path: '/v1/images/generations',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    get: (path) => exchange(gateway.url, { path, headers: { authorization } }),
    billedNano: async (provider) => {
      const answer = await exchange(origin, { path: '/__sandbox/bill' })
      const { total, totals } = jsonOf(answer) as unknown as Bill
      if (provider === undefined) return nanoFromDollars(total)
      return nanoFromDollars(totals[provider]?.dollars ?? '0')
    },
    callsSent: async () => {
      const answer = jsonOf(await exchange(origin, { path: '/__sandbox/requests' }))
      const requests = answer.requests as readonly { readonly method: string }[]
      return requests.filter(({ method }) => method === 'POST').length
    },
    clear: async () => {
      await sandbox.stop()
      await gateway.stop()
      await rm(gateway.home, { recursive: true, force: true })
    },
  }
}

/** The receipt of an answer. */
export async function receiptOf(stand: BilledStand, answer: Answer): Promise<Receipt> {
  const found = await stand.get(`/v1/requests/${answer.headers['x-request-id']}`)
  return jsonOf(found) as unknown as Receipt
}
