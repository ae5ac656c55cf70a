import { dollarsFromNano, sumNano } from '../core/money.ts'
import type { EmulatorAnswer } from '../providers/shared/emulator.ts'
import type { BillBook, BillEntry } from './bill-book.ts'
import type { SandboxClock } from './clock.ts'
import type { DeadEndOrigins } from './dead-ends.ts'
import { type FaultDesk, MAX_ORDERS } from './fault-desk.ts'
import { fromOrderBody, orderSchema, toOrderBody } from './fault-order.ts'
import type { RequestLog } from './request-log.ts'
import type { TruthBook } from './truth.ts'

/** What the control endpoints can see and change. */
export interface ControlContext {
  /** Ids of the emulators. */
  readonly providers: readonly string[]
  readonly desk: FaultDesk
  readonly clock: Pick<SandboxClock, 'now'>
  readonly book: BillBook
  readonly log: RequestLog
  readonly truth: TruthBook
  /** Undefined where nothing listens. */
  readonly deadEnds?: DeadEndOrigins
}

/** The first part of every control path. */
export const CONTROL_PREFIX = '/__sandbox'

/** Answers a request to a control endpoint. `path` begins behind {@link CONTROL_PREFIX}. */
export function control(
  context: ControlContext,
  method: string,
  path: string,
  body: Uint8Array,
): EmulatorAnswer {
  const digest = /^\/truth\/([0-9a-f]{64})$/.exec(path)?.[1]
  if (method === 'GET' && digest !== undefined) return tellTruth(context, digest)
  switch (`${method} ${path}`) {
    case 'GET /health':
      return json(200, { status: 'ok', providers: context.providers })
    case 'GET /dead-ends':
      return json(200, context.deadEnds ?? {})
    case 'GET /bill':
      return json(200, toBill(context.book))
    case 'GET /requests':
      return json(200, { requests: context.log.latest() })
    case 'POST /faults':
      return orderFault(context, body)
    case 'DELETE /faults':
      context.desk.clear()
      return shown(context)
    case 'GET /faults':
      return shown(context)
    default:
      return json(404, { error: `the sandbox has no ${method} ${CONTROL_PREFIX}${path}` })
  }
}

/** For simulated users and tests; a gateway that asked would grade itself. */
function tellTruth({ truth }: ControlContext, digest: string): EmulatorAnswer {
  const known = truth.of(digest)
  if (known === undefined) return json(404, { error: `no picture ${digest} was drawn here` })
  const { isGood, good, provider, purpose, category } = known
  return json(200, { digest, is_good: isGood, good, provider, purpose, category })
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

/** Reads an order strictly, so that a typing mistake is no silent nothing. */
function orderFault(context: ControlContext, body: Uint8Array): EmulatorAnswer {
  const { desk, providers, clock } = context
  const read = orderSchema.safeParse(parse(body))
  if (!read.success) {
    const [issue] = read.error.issues
    return json(400, { error: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` })
  }
  const { provider } = read.data
  if (provider !== undefined && !providers.includes(provider)) {
    return json(400, { error: `unknown provider: ${provider}` })
  }
  if (desk.orders().length >= MAX_ORDERS) {
    return json(409, { error: `there are ${MAX_ORDERS} fault orders already; delete them first` })
  }
  desk.add(fromOrderBody(read.data, clock.now()))
  return shown(context)
}

const shown = ({ desk, clock }: ControlContext): EmulatorAnswer =>
  json(200, { faults: desk.orders().map((order) => toOrderBody(order, clock.now())) })

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
