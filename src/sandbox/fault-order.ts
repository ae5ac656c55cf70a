import { z } from 'zod'
import { type Fault, faults } from '../providers/shared/emulator.ts'

/** When an order holds, by the sandbox's clock. */
export interface OrderWindow {
  /** Milliseconds since 1970. */
  readonly from: number
  /** Infinite when it has no end. */
  readonly until: number
  /** So long it holds, then so long it does not, and again. */
  readonly flapsEveryMs?: number
}

/** Whom an order concerns, and when; absent for everybody and always. */
interface OrderTarget {
  readonly provider?: string
  /** Stands in the path or the body of the requests it concerns; polls rarely name their model. */
  readonly model?: string
  readonly window?: OrderWindow
}

/** Faults to play: for a share of requests or the next few. */
export interface FaultOrder extends OrderTarget {
  readonly fault: Fault
  /** 0 to 1. */
  readonly share: number
  /** How many requests it may still hit; absent for no end. */
  readonly count?: number
}

/** Answers that take longer than usual. */
export interface SlowOrder extends OrderTarget {
  /** How many times as long. */
  readonly slow: number
  /** Whether it begins with the usual time and gets there at the end of its window. */
  readonly grows: boolean
}

/** Other prices than the list's, for the requests that come while it holds. */
export interface PriceOrder extends OrderTarget {
  /** How many times as much is charged. */
  readonly price: number
}

/** Anything that can be ordered of the sandbox. */
export type Order = FaultOrder | SlowOrder | PriceOrder

/** Requests that an order may count. */
const MAX_COUNT = 1_000_000
/** Longest factor of a slow order: beyond it every deadline has passed. */
const MAX_SLOW = 1_000
/** Highest factor of a price order. */
const MAX_PRICE = 1_000
/** Longest time of a window, in seconds: a month. */
const MAX_SECONDS = 31 * 86_400

const seconds = z.number().positive().max(MAX_SECONDS)

/** An order as people write it: to the control endpoint, in a file of orders, in a scenario. */
export const orderSchema = z
  .strictObject({
    fault: z.enum(faults).optional().describe('What goes wrong.'),
    slow: z
      .number()
      .min(1)
      .max(MAX_SLOW)
      .optional()
      .describe('Instead of a fault: so many times as long as usual takes every answer.'),
    price: z
      .number()
      .min(0)
      .max(MAX_PRICE)
      .optional()
      .describe(
        'Instead of a fault: so many times its price is billed for each request that comes while ' +
          'it holds; one that came before is billed at the price it came for.',
      ),
    grows: z
      .boolean()
      .optional()
      .describe('The slowness begins at 1 and reaches `slow` at the end of `for_s`.'),
    provider: z.string().min(1).optional().describe('Absent: every provider.'),
    model: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Only requests that name it in their path or body.'),
    share: z.number().min(0).max(1).optional().describe('Share of requests it hits; 1 if absent.'),
    count: z.int().min(1).max(MAX_COUNT).optional().describe('Ends after so many hits.'),
    after_s: z.number().min(0).max(MAX_SECONDS).optional().describe('Begins after so long.'),
    for_s: seconds.optional().describe('Ends so long after it began.'),
    flaps_every_s: seconds.optional().describe('So long it holds, so long it does not.'),
  })
  .refine(
    ({ fault, slow, price }) => [fault, slow, price].filter((of) => of !== undefined).length === 1,
    { message: 'give one of fault, slow and price' },
  )
  .refine(({ fault, share, count }) => fault !== undefined || (share ?? count) === undefined, {
    message: 'share and count are for faults; slow and price concern every answer',
  })
  .refine(({ grows, slow, for_s: forS }) => grows !== true || ![slow, forS].includes(undefined), {
    path: ['grows'],
    message: 'grows needs slow and for_s',
  })

/** See {@link orderSchema}. */
export type OrderBody = z.output<typeof orderSchema>

/** The order that a text means when it is given at an instant. */
export function fromOrderBody(body: OrderBody, now: number): Order {
  const { fault, slow, price, grows = false, provider, model, share = 1, count } = body
  const target: OrderTarget = {
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...windowOf(body, now),
  }
  if (price !== undefined) return { price, ...target }
  if (fault === undefined) return { slow: slow ?? 1, grows, ...target }
  return { fault, share, ...(count === undefined ? {} : { count }), ...target }
}

function windowOf(body: OrderBody, now: number): Pick<OrderTarget, 'window'> {
  const { after_s: afterS = 0, for_s: forS, flaps_every_s: flapsS } = body
  if (afterS === 0 && forS === undefined && flapsS === undefined) return {}
  const from = now + afterS * 1_000
  const until = forS === undefined ? Number.POSITIVE_INFINITY : from + forS * 1_000
  return {
    window: { from, until, ...(flapsS === undefined ? {} : { flapsEveryMs: flapsS * 1_000 }) },
  }
}

/** An order as the control endpoint shows it: with what is left of its times. */
export function toOrderBody({ window, ...order }: Order, now: number): OrderBody {
  if (window === undefined) return order
  const { from, until, flapsEveryMs } = window
  const begin = Math.max(from, now)
  return {
    ...order,
    after_s: (begin - now) / 1_000,
    ...(until === Number.POSITIVE_INFINITY ? {} : { for_s: (until - begin) / 1_000 }),
    ...(flapsEveryMs === undefined ? {} : { flaps_every_s: flapsEveryMs / 1_000 }),
  }
}

/** Whether an order holds at an instant. */
export function isOpen({ window }: Order, now: number): boolean {
  if (window === undefined) return true
  const { from, until, flapsEveryMs } = window
  if (now < from || now >= until) return false
  return flapsEveryMs === undefined || Math.floor((now - from) / flapsEveryMs) % 2 === 0
}

/** How many times as long an answer takes under an order that is open. */
export function slownessOf({ slow, grows, window }: SlowOrder, now: number): number {
  if (!grows || window === undefined) return slow
  return 1 + ((slow - 1) * (now - window.from)) / (window.until - window.from)
}
