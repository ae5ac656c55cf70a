import { type EmulatorRequest, type Fault, faults } from '../providers/shared/emulator.ts'
import { type FaultOrder, isOpen, type Order, slownessOf } from './fault-order.ts'
import type { Draw } from './seeded.ts'

/** Share of requests, 0 to 1, that meet a fault. */
export type FaultRate = { readonly [Name in Fault]?: number }

/** Decides which fault a request meets. */
export interface FaultDesk {
  add(order: Order): void
  /** Forgets what was added; the rates that the sandbox was started with stay. */
  clear(): void
  orders(): readonly Order[]
  /**
   * The fault of a request among those wanted: its header goes before a sentinel word in its text,
   * that before orders, and those before the rates. Uses up an order's count, so ask once.
   */
  next(asked: FaultQuestion): Fault | undefined
  /** How many times as long as usual an answer takes now. */
  slowness(asked: Asker): number
  /** How many times its price a request costs that comes now. */
  dearness(asked: Asker): number
}

/** Who asks the desk. */
export interface Asker {
  readonly provider: string
  /** Whether the request is for a model. */
  readonly names: (model: string) => boolean
}

/** See {@link FaultDesk.next}. */
export interface FaultQuestion extends Asker {
  readonly headers: EmulatorRequest['headers']
  /** A prompt, or the raw body it stands in. */
  readonly text: string | Uint8Array
  readonly isWanted: (fault: Fault) => boolean
}

/** Orders that can be open at one time. */
export const MAX_ORDERS = 100
/** The header that asks for a fault, `<fault>` or `<fault>@<provider>`. */
export const FAULT_HEADER = 'x-sandbox-fault'

const SENTINEL = 'sandbox:'
/** Longest sentinel word worth looking at, behind its prefix. */
const MAX_WORD = 120
const WORD = /^([a-z0-9-]+)(?:@([a-z0-9-]+))?/

/** Whether a text names a fault. */
export const isFault = (text: string): text is Fault => (faults as readonly string[]).includes(text)

/** Reads `<fault>` or `<fault>@<provider>` at the beginning of a text. */
export function readFaultWord(text: string): { fault: Fault; provider?: string } | undefined {
  const [, fault = '', provider] = WORD.exec(text) ?? []
  if (!isFault(fault)) return undefined
  return provider === undefined ? { fault } : { fault, provider }
}

function* sentinels(text: string | Uint8Array): Generator<{ fault: Fault; provider?: string }> {
  const place =
    typeof text === 'string' ? text : Buffer.from(text.buffer, text.byteOffset, text.length)
  for (let at = place.indexOf(SENTINEL); at !== -1; at = place.indexOf(SENTINEL, at + 1)) {
    const start = at + SENTINEL.length
    const word = place.slice(start, start + MAX_WORD)
    const read = readFaultWord(typeof word === 'string' ? word : word.toString('latin1'))
    if (read !== undefined) yield read
  }
}

/** A desk with the rates that hold for its whole life, a seeded source for shares, and a clock. */
export function createFaultDesk(rates: FaultRate, random: Draw, now: () => number): FaultDesk {
  const standing = (Object.entries(rates) as [Fault, number][]).map(
    ([fault, share]): FaultOrder => ({ fault, share }),
  )
  let added: readonly Order[] = []

  const use = (order: FaultOrder): void => {
    if (order.count === undefined) return
    const rest = { ...order, count: order.count - 1 }
    added = added.flatMap((other) => (other !== order ? [other] : rest.count > 0 ? [rest] : []))
  }

  const concerns = (order: Order, { provider, names }: Asker): boolean =>
    (order.provider ?? provider) === provider &&
    (order.model === undefined || names(order.model)) &&
    isOpen(order, now())

  return {
    add(order) {
      if (added.length >= MAX_ORDERS) throw new RangeError(`more than ${MAX_ORDERS} fault orders`)
      added = [...added, order]
    },
    clear() {
      added = []
    },
    orders: () => [...added, ...standing],
    slowness(asker) {
      const slow = added.filter((order) => 'slow' in order && concerns(order, asker))
      return slow.reduce(
        (times, order) => times * ('slow' in order ? slownessOf(order, now()) : 1),
        1,
      )
    },
    dearness: (asker) =>
      added.reduce(
        (times, order) =>
          'price' in order && concerns(order, asker) ? times * order.price : times,
        1,
      ),
    next(asked) {
      const { provider, headers, text, isWanted } = asked
      const applies = (order: { fault: Fault; provider?: string }): boolean =>
        isWanted(order.fault) && (order.provider ?? provider) === provider
      const header = headers[FAULT_HEADER]
      const named = typeof header === 'string' ? readFaultWord(header) : undefined
      if (named !== undefined && applies(named)) return named.fault
      for (const sentinel of sentinels(text)) if (applies(sentinel)) return sentinel.fault
      for (const order of [...added, ...standing]) {
        if (!('fault' in order) || !isWanted(order.fault) || !concerns(order, asked)) continue
        if (random() >= order.share) continue
        use(order)
        return order.fault
      }
      return undefined
    },
  }
}
