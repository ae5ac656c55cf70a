import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { createSafeFetch } from '../adapters/safe-fetch/client.ts'
import { withOperationUsage } from '../core/catalog/operation-usage.ts'
import { priceKeyOf } from '../core/catalog/price-key.ts'
import { settleCall } from '../core/ledger/settlement.ts'
import { type Nano, nanoFromDollars } from '../core/money.ts'
import { makePriceBook, type PriceBook } from '../core/pricebook/price-book.ts'
import { quote } from '../core/pricebook/quote.ts'
import type { Clock } from '../ports/clock.ts'
import type { HttpClient, HttpRequest } from '../ports/http-client.ts'
import type { CallOutcome, Provider, ProviderCall } from '../ports/provider.ts'
import { createProvider } from '../providers/shared/create-provider.ts'
import type { ProviderDefinition } from '../providers/shared/definition.ts'
import type { Emulator } from '../providers/shared/emulator.ts'
import { startSandbox } from '../sandbox/server.ts'

/** The day the suite plays on: every model that is declared with a date was read before it. */
export const standNow = Date.UTC(2026, 10, 20, 12)
/** Emulated seconds pass as milliseconds. */
const SPEED = 1_000
/** Real pause of each sleep, so that the emulator gets on. */
const REAL_PAUSE_MS = 3

/** A provider connected to its emulator over real loopback HTTP. */
export interface ProviderStand {
  readonly provider: Provider
  /** The same provider with a key that the emulator refuses. */
  readonly refused: Provider
  readonly apiKey: string
  readonly baseUrl: string
  readonly http: HttpClient
  readonly clock: Clock
  /** Every request that was made, in order. */
  readonly requests: readonly HttpRequest[]
  /** What the emulated provider has billed so far, in all. */
  billedNano(): Nano
  close(): Promise<void>
}

/** Starts the emulator and connects the provider to it. */
export async function startStand(
  definition: ProviderDefinition,
  emulator: Emulator,
): Promise<ProviderStand> {
  const sandbox = await startSandbox({
    emulators: [emulator],
    speed: SPEED,
    seed: 'contract',
    detail: 'plain',
    clock: {
      now: () => standNow + performance.now(),
      sleep: (ms, signal) => wait(ms, undefined, { signal }),
    },
  })
  const requests: HttpRequest[] = []
  const http = recording(createSafeFetch(), requests)
  const clock = hurriedClock()
  const baseUrl = sandbox.baseUrl(definition.id)
  const connect = (apiKey: string) =>
    createProvider(definition, {
      http,
      clock,
      apiKey,
      baseUrl,
      allowPrivate: false,
      isSimulated: true,
    })
  const apiKey = 'contract-suite-key-7f3a'
  return {
    provider: connect(apiKey),
    refused: connect('invalid-contract-key'),
    apiKey,
    baseUrl,
    http,
    clock,
    requests,
    billedNano: () =>
      sandbox.bill().reduce((sum, entry) => sum + nanoFromDollars(entry.dollars), 0n),
    async close() {
      await http.close()
      await sandbox.close()
    },
  }
}

/** Notes each request before it is sent. */
function recording(client: HttpClient, requests: HttpRequest[]): HttpClient {
  return {
    send: (request) => {
      requests.push(request)
      return client.send(request)
    },
    stream: (request) => {
      requests.push(request)
      return client.stream(request)
    },
    // An upgrade is no request; what is told through it changes no outcome.
    ...(client.listen === undefined ? {} : { listen: client.listen }),
    close: () => client.close(),
  }
}

/** Sleeps count in full and take hardly any time: deadlines of minutes can be waited out. */
function hurriedClock(): Clock {
  let sleptMs = 0
  return {
    now: () => standNow + sleptMs,
    monotonicMs: () => sleptMs,
    async sleep(durationMs, signal) {
      await wait(REAL_PAUSE_MS, undefined, signal === undefined ? {} : { signal })
      sleptMs += durationMs
    },
  }
}

/** The book of a provider's own prices. */
const bookOf = (definition: ProviderDefinition): PriceBook =>
  makePriceBook(definition.prices, (text) => createHash('sha256').update(text).digest('hex'))

/** What a call costs by quote and by settlement; undefined when the book has no price for it. */
export function moneyOf(
  definition: ProviderDefinition,
  call: ProviderCall,
  outcome: CallOutcome,
): { readonly lowNano: Nano; readonly highNano: Nano; readonly costNano: Nano } | undefined {
  const estimate = withOperationUsage(definition.estimate(call), call)
  const quoted = quote(bookOf(definition), priceKeyOf(call), standNow, estimate)
  if (!quoted.ok) return undefined
  const { row, lowNano, highNano } = quoted.quote
  const settlement = settleCall(
    {
      images: outcome.kind === 'produced' ? outcome.images.length : 0,
      failures: outcome.kind === 'produced' ? outcome.withheld : [outcome.failure],
      usage: outcome.usage ?? {},
      ...(outcome.reportedDollars === undefined
        ? {}
        : { reportedDollars: outcome.reportedDollars }),
    },
    { row, estimate },
  )
  return { lowNano, highNano, costNano: settlement.costNano }
}
