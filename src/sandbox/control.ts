import { isObject } from '../core/json.ts'
import { dollarsFromNano, sumNano } from '../core/money.ts'
import type { EmulatorAnswer, Fault } from '../providers/shared/emulator.ts'
import type { BillBook, BillEntry } from './bill-book.ts'
import { type FaultDesk, type FaultOrder, isFault, MAX_ORDERS } from './fault-desk.ts'
import type { RequestLog } from './request-log.ts'

/** What the control endpoints can see and change. */
export interface ControlContext {
  /** Ids of the emulators. */
  readonly providers: readonly string[]
  readonly desk: FaultDesk
  readonly book: BillBook
  readonly log: RequestLog
}

/** The first part of every control path. */
export const CONTROL_PREFIX = '/__sandbox'

const MAX_COUNT = 1_000_000

/** Answers a request to a control endpoint. `path` begins behind {@link CONTROL_PREFIX}. */
export function control(
  context: ControlContext,
  method: string,
  path: string,
  body: Uint8Array,
): EmulatorAnswer {
  switch (`${method} ${path}`) {
    case 'GET /health':
      return json(200, { status: 'ok', providers: context.providers })
    case 'GET /bill':
      return json(200, toBill(context.book))
    case 'GET /requests':
      return json(200, { requests: context.log.latest() })
    case 'POST /faults':
      return orderFault(context, body)
    case 'DELETE /faults':
      context.desk.clear()
      return json(200, { faults: context.desk.orders() })
    default:
      return json(404, { error: `the sandbox has no ${method} ${CONTROL_PREFIX}${path}` })
  }
}

const json = (status: number, value: unknown): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

function toBill(book: BillBook): unknown {
  const totals = [...book.totals()]
  return {
    entries: book.entries().map(toBillEntry),
    totals: Object.fromEntries(
      totals.map(([provider, { calls, images, nano }]) => [
        provider,
        { calls, images, dollars: dollarsFromNano(nano) },
      ]),
    ),
    total: dollarsFromNano(sumNano(totals.map(([, { nano }]) => nano))),
  }
}

const toBillEntry = ({ requestId, ...entry }: BillEntry) => ({ ...entry, request_id: requestId })

function orderFault({ desk, providers }: ControlContext, body: Uint8Array): EmulatorAnswer {
  const order = fromOrderBody(body, providers)
  if (typeof order === 'string') return json(400, { error: order })
  if (desk.orders().length >= MAX_ORDERS) {
    return json(409, { error: `there are ${MAX_ORDERS} fault orders already; delete them first` })
  }
  desk.add(order)
  return json(200, { faults: desk.orders() })
}

/** Reads an order of faults strictly, so that a typing mistake is no silent nothing. */
function fromOrderBody(body: Uint8Array, providers: readonly string[]): FaultOrder | string {
  const value = parse(body)
  if (!isObject(value)) return 'the body must be a JSON object'
  const { fault, provider, share = 1, count, ...rest } = value
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) return `unknown field: ${unknown}`
  if (typeof fault !== 'string' || !isFault(fault)) return `unknown fault: ${String(fault)}`
  if (typeof share !== 'number' || !(share >= 0 && share <= 1)) return 'share must be 0 to 1'
  const isCount = typeof count === 'number' && Number.isInteger(count) && count >= 1
  if (count !== undefined && !(isCount && count <= MAX_COUNT)) {
    return `count must be a whole number from 1 to ${MAX_COUNT}`
  }
  if (provider !== undefined && !isOneOf(providers, provider)) {
    return `unknown provider: ${String(provider)}`
  }
  return { fault: fault satisfies Fault, share, provider, count }
}

const isOneOf = (texts: readonly string[], value: unknown): value is string =>
  typeof value === 'string' && texts.includes(value)

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
