import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { type Nano, nanoFromDollars } from '../../src/core/money.ts'
import { type Answer, exchange, jsonOf } from './exchange.ts'
import { pinned } from './fault-ends.ts'
import {
  type Database,
  makeDatabase,
  makeHome,
  type Running,
  type Stand,
  startProgram,
  startStand,
  until,
} from './stand.ts'

/** One attempt of a receipt. */
export interface ReceiptAttempt {
  readonly status: string
  readonly outcome?: string
  readonly cost: string
  readonly cost_basis?: string
  readonly charge?: readonly unknown[]
}

/** What a receipt says, as far as a crash could spoil it. */
export interface Receipt {
  readonly id: string
  readonly status: string
  readonly cost: string
  readonly list_cost?: string
  readonly ended_at?: string
  readonly error?: { readonly code: string }
  readonly request: { readonly prompt: string }
  readonly explain: { readonly offers: readonly unknown[] }
  readonly attempts: readonly ReceiptAttempt[]
  readonly images: readonly {
    readonly id: string
    readonly status: string
    readonly url?: string
  }[]
}

/** One entry of what an emulated provider has billed. */
export interface Billed {
  readonly provider: string
  readonly dollars: string
}

/** Providers in a process of their own, and gateways that may die beside them. */
export interface CrashStand {
  readonly database: Database
  /** Starts a gateway on the database; with a home of its own only when one is given. */
  start(home?: string, environment?: Readonly<Record<string, string>>): Promise<Stand>
  bill(): Promise<readonly Billed[]>
  /** How many calls were sent to the providers, or to one path, polls and downloads not counted. */
  callsSent(path?: string): Promise<number>
  /** What the books say the key has spent and held, and what an audit finds. */
  books(): Promise<Books>
  clear(): Promise<void>
}

/** See {@link CrashStand.books}. */
export interface Books {
  readonly spentNano: Nano
  readonly heldNano: Nano
  readonly findings: readonly string[]
}

const ADMIN_KEY = 'sk-admin-of-these-tests'
/** A FLUX.2 [max] job then takes between two and four seconds. */
const SPEED = '5'
/** Whose webhooks bring a call back: it tells ends only. */
export const REPORTING = 'ideogram'

/** Starts the emulated providers, each reached by its address and a key as a real one. */
export async function startCrashStand(kind: Database['name'], speed = SPEED): Promise<CrashStand> {
  const database = await makeDatabase(kind)
  const firstHome = await makeHome()
  const homes = new Set([firstHome])
  const sandbox = await startProgram(['sandbox', '--port', '0'], {
    KEEPRATE_HOME: firstHome,
    KEEPRATE_SANDBOX_SPEED: speed,
    // Answers are broken off that must not fit into the buffers of a connection.
    KEEPRATE_SANDBOX_DETAIL: 'rich',
  })
  const config = configFor(sandbox)
  const control = async (path: string) =>
    jsonOf(await exchange(String(sandbox.ready.origin), { path: `/__sandbox/${path}` }))
  const gateways: Stand[] = []
  return {
    database,
    start: async (home = firstHome, more = {}) => {
      homes.add(home)
      const environment = { KEEPRATE_ADMIN_KEY: ADMIN_KEY, KEEPRATE_LOG_LEVEL: 'info', ...more }
      const gateway = await startStand({ database, home, config, environment })
      gateways.push(gateway)
      return gateway
    },
    bill: async () => (await control('bill')).entries as readonly Billed[],
    callsSent: async (path) => {
      const { requests } = await control('requests')
      const posts = (requests as readonly { method: string; path: string }[]).filter(
        (each) => each.method === 'POST' && (path === undefined || each.path === path),
      )
      return posts.length
    },
    books: () => readBooks(database.url ?? join(firstHome, 'keeprate.db')),
    clear: async () => {
      await Promise.all(gateways.map((gateway) => gateway.stop('SIGKILL')))
      await sandbox.stop()
      await database.drop()
      await Promise.all([...homes].map((home) => rm(home, { recursive: true, force: true })))
    },
  }
}

function configFor(sandbox: Running): string {
  const addresses = sandbox.ready.base_urls as Readonly<Record<string, string>>
  const chosen = Object.entries(addresses).filter(([id]) => id in pinned || id === REPORTING)
  const lines = chosen.map(
    ([id, url]) => `  ${id}: { base_url: "${url}", allow_private: true, api_key: "key-of-${id}" }`,
  )
  return `providers:\n${lines.join('\n')}\n`
}

async function readBooks(url: string): Promise<Books> {
  const { ledger, close } = await openDatabase(url)
  try {
    const balance = await ledger.balance('key_admin', 'real')
    return { ...balance, findings: await ledger.audit() }
  } finally {
    await close()
  }
}

const authorization = `Bearer ${ADMIN_KEY}`

/** Asks a gateway for pictures. */
export const generate = (gateway: Stand, body: object): Promise<Answer> =>
  exchange(gateway.url, {
    method: 'POST',
    path: '/v1/images/generations',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** Asks a gateway for something else. */
export const get = (gateway: Stand, path: string): Promise<Answer> =>
  exchange(gateway.url, { path, headers: { authorization } })

/** Waits for the receipt of the request with this prompt to be as wanted. */
export async function receiptWhen(
  gateway: Stand,
  prompt: string,
  isWanted: (receipt: Receipt) => boolean,
): Promise<Receipt> {
  /** Looked at before: what a request asks for does not change. */
  const others = new Set<string>()
  return until(async () => {
    const { data } = jsonOf(await get(gateway, '/v1/requests?limit=100')) as {
      data: readonly { readonly id: string }[]
    }
    for (const { id } of data.filter((request) => !others.has(request.id))) {
      const receipt = jsonOf(await get(gateway, `/v1/requests/${id}`)) as unknown as Receipt
      if (receipt.request.prompt !== prompt) others.add(id)
      else if (isWanted(receipt)) return receipt
    }
    return undefined
  })
}

/** What attempts of a receipt cost together. */
export const costOf = ({ attempts }: Receipt): Nano =>
  attempts.reduce((sum, { cost }) => sum + nanoFromDollars(cost), 0n)
