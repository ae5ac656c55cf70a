import { nextMoneyPrice } from '../core/acceptance/money-price.ts'
import {
  type Budget,
  type BudgetKey,
  budgetName,
  spentPercent,
  toldLimit,
  type WindowState,
} from '../core/budgets/budget.ts'
import {
  type BudgetClaim,
  type BudgetRefusal,
  claimsOf,
  leftOf,
  type WorstCase,
} from '../core/budgets/claim.ts'
import { counts, type Spender } from '../core/budgets/scope.ts'
import { type BudgetWindow, windowAt } from '../core/budgets/window.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { Book } from '../core/ledger/entry.ts'
import { formatDollars, type Nano } from '../core/money.ts'
import { openZone } from '../core/usage/zone.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Stores } from '../ports/stores.ts'
import type { GatewayEvent } from './events.ts'

/** A budget that is made or removed elsewhere counts within this time: below one second. */
export const BUDGETS_REMEMBERED_MS = 500

interface Parts {
  readonly stores: Pick<Stores, 'budgets'>
  readonly clock: Clock
  readonly log: Log
  readonly emit: (event: GatewayEvent) => void
}

/** The share that was told last: of which window, and by which limits. */
interface Told {
  readonly from: number
  readonly percent: number
  readonly limits: string
}

/**
 * Knows the budgets: which of them a request has to find room in, what is left of them, and what
 * money is worth while they are spent too fast. Whether there is room only the journal decides.
 */
export class BudgetDesk {
  readonly #parts: Parts
  readonly #windows = new Map<string, BudgetWindow>()
  readonly #told = new Map<string, Told>()
  readonly #moneyPrices = new Map<string, { readonly from: number; readonly price: number }>()
  #budgets: readonly Budget[] = []
  #staleAtMs = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * What a request has to find room for before anything is bought for it.
   * @throws GatewayError `ledger_unavailable` when nobody knows which budgets there are.
   */
  async claimsFor(spender: Spender, worst: WorstCase): Promise<readonly BudgetClaim[]> {
    const budgets = await this.#current()
    return claimsOf(budgets, spender, worst, (budget) => this.#windowOf(budget))
  }

  /**
   * What the windows of some claims have left now, by budget; budgets without a limit are left out.
   * @throws GatewayError `ledger_unavailable`.
   */
  async leftOf(claims: readonly BudgetClaim[], book: Book): Promise<ReadonlyMap<string, Nano>> {
    const keys = claims.map(({ budgetId, window }) => ({ budgetId, book, from: window.from }))
    const windows = await this.#parts.stores.budgets.windows(keys)
    const takenOf = new Map(windows.map((window) => [window.budgetId, window]))
    const lefts = claims.flatMap(({ budgetId }): [string, Nano][] => {
      const limitNano = this.#budgets.find(({ id }) => id === budgetId)?.limitNano
      const { spentNano = 0n, heldNano = 0n } = takenOf.get(budgetId) ?? {}
      return limitNano === undefined ? [] : [[budgetId, limitNano - spentNano - heldNano]]
    })
    return new Map(lefts)
  }

  /** Looks again at the next request: a budget was changed here. */
  forget(): void {
    this.#staleAtMs = Number.NEGATIVE_INFINITY
  }

  /** The journal's refusal as callers are told of it. */
  refused(refusal: BudgetRefusal): GatewayError {
    const { budgetId, book, window, limitNano, leftNano, askedNano } = refusal
    const budget = this.#budgets.find(({ id }) => id === budgetId)
    const name = budget === undefined ? budgetId : budgetName(budget)
    const [limit, left, asked] = [limitNano, max(leftNano, 0n), askedNano].map(formatDollars)
    // What no window will ever have room for is not worth waiting for.
    const mayFitLater = askedNano <= limitNano
    const resetsAt = mayFitLater ? window.to : undefined
    const when =
      resetsAt === undefined ? '' : ` It begins anew at ${new Date(resetsAt).toISOString()}.`
    const has = `The budget ${name} of ${limit} has ${left} left`
    const message = `${has}, and this request may cost ${asked}.${when}`
    // One that is too large for the whole budget says nothing of what is left of it.
    if (budget !== undefined && mayFitLater) {
      const spentNano = max(limitNano - max(leftNano, 0n), 0n)
      void this.#tell(budget, { budgetId, book, ...window, spentNano, heldNano: 0n }, 100)
    }
    return new GatewayError('insufficient_quota', message, {
      ...{ budgetId, budgetLeftNano: max(leftNano, 0n), mayFitLater },
      ...(resetsAt === undefined
        ? {}
        : { resetsAt, retryAfterMs: Math.max(0, resetsAt - this.#parts.clock.now()) }),
    })
  }

  /**
   * Looks at what is left after a request: tells shares that were reached and sets what money is
   * worth from now on. Never rejects: the request was paid.
   * @returns what the tightest budget has left; undefined when none limits it.
   */
  async look(claims: readonly BudgetClaim[], book: Book): Promise<Nano | undefined> {
    if (claims.length === 0) return undefined
    const { stores, log } = this.#parts
    try {
      const keys = claims.map(({ budgetId, window }) => ({ budgetId, book, from: window.from }))
      const windows = await stores.budgets.windows(keys)
      const lefts = windows.map((window) => this.#take(window))
      return lefts.reduce((least, left) => (isLess(left, least) ? left : least), undefined)
    } catch (error) {
      log.warn({ error }, 'budgets not looked at')
      return undefined
    }
  }

  /**
   * The price of money for a spender: 0 while its budgets last as long as their time, and the more
   * above it the faster they are spent. Of several budgets the one that is tightest counts. What is
   * simulated makes no real money dear.
   */
  moneyPriceFor(spender: Spender, book: Book): number {
    const prices = this.#budgets
      .filter(({ scope }) => counts(scope, spender))
      .map((budget) => {
        const known = this.#moneyPrices.get(bookedName(budget, book))
        return known?.from === this.#windowOf(budget).from ? known.price : 0
      })
    return Math.max(0, ...prices)
  }

  /** The budgets in force, read again when they were read a while ago. */
  async #current(): Promise<readonly Budget[]> {
    const { clock, stores } = this.#parts
    if (clock.monotonicMs() < this.#staleAtMs) return this.#budgets
    this.#reading ??= (async () => {
      // From before the question: what changed while it was answered is asked for again.
      const staleAtMs = clock.monotonicMs() + BUDGETS_REMEMBERED_MS
      this.#budgets = await stores.budgets.list()
      this.#staleAtMs = staleAtMs
    })().finally(() => {
      this.#reading = undefined
    })
    await this.#reading
    return this.#budgets
  }

  /** Zones are slow to ask, and a window lasts. */
  #windowOf(budget: BudgetKey): BudgetWindow {
    const now = this.#parts.clock.now()
    const name = `${budget.per} ${budget.zone}`
    const known = this.#windows.get(name)
    if (known !== undefined && known.from <= now && now < (known.to ?? Number.POSITIVE_INFINITY)) {
      return known
    }
    const zone = openZone(budget.zone)
    if (zone === undefined) throw new TypeError(`${budget.zone} is no time zone any more`)
    const window = windowAt(budget.per, zone, now)
    this.#windows.set(name, window)
    return window
  }

  /** @returns what a window has left. */
  #take(window: WindowState): Nano | undefined {
    const budget = this.#budgets.find(({ id }) => id === window.budgetId)
    if (budget === undefined) return undefined
    const percent = spentPercent(budget, window.spentNano)
    if (percent > 0) void this.#tell(budget, window, percent)
    this.#price(budget, window)
    const left = leftOf({ ...window, limitNano: budget.limitNano })
    return left === undefined ? undefined : max(left, 0n)
  }

  #price(budget: Budget, { book, from, to, spentNano }: WindowState): void {
    const { limitNano } = budget
    if (limitNano === undefined || limitNano === 0n || to === undefined) return
    const name = bookedName(budget, book)
    const known = this.#moneyPrices.get(name)
    const price = nextMoneyPrice(known?.from === from ? known.price : 0, {
      spentShare: Number(spentNano) / Number(limitNano),
      timeShare: (this.#parts.clock.now() - from) / (to - from),
    })
    this.#moneyPrices.set(name, { from, price })
  }

  /** Tells a share once in a window, of all processes. */
  async #tell(budget: Budget, window: WindowState, percent: number): Promise<void> {
    const { stores, emit, log } = this.#parts
    const { book, from, to, spentNano } = window
    const name = bookedName(budget, book)
    const told = this.#told.get(name)
    const limits = `${budget.limitNano} ${budget.softNano}`
    const isSame = told?.from === from && told.limits === limits
    if (isSame && told.percent >= percent) return
    this.#told.set(name, { from, percent, limits })
    try {
      if (!(await stores.budgets.tell({ budgetId: budget.id, book, from }, percent))) return
    } catch (error) {
      log.warn({ error, budget: budget.id, percent }, 'share of a budget not told')
      this.#told.delete(name)
      return
    }
    const limitNano = toldLimit(budget, percent) ?? 0n
    emit({
      ...{ kind: 'budget-threshold', budget: budgetName(budget), percent, spentNano, limitNano },
      ...(to === undefined ? {} : { resetsAt: to }),
    })
  }
}

/** Windows of the two books are apart, and so is all that is remembered of them. */
const bookedName = ({ id }: Pick<Budget, 'id'>, book: Book): string => `${id} ${book}`

const max = (left: bigint, right: bigint): bigint => (left > right ? left : right)

const isLess = (left: Nano | undefined, right: Nano | undefined): boolean =>
  left !== undefined && (right === undefined || left < right)
