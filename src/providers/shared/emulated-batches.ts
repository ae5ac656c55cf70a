import { dollarsFromNano, nanoFromDollars } from '../../core/money.ts'
import type { EmulatorAnswer, EmulatorKit, EmulatorRequest, Fault } from './emulator.ts'

/** A line of an emulated batch: the request that it would be by itself. */
export interface EmulatedLine {
  readonly key: string
  readonly request: EmulatorRequest
}

/** How a batch ended, and which of its lines were made. */
export interface EmulatedEnd {
  readonly state: 'completed' | 'failed' | 'expired' | 'cancelled'
  readonly at: number
  /** What the provider decided of each line that was made; the others were not. */
  readonly made: ReadonlyMap<
    string,
    { readonly isGood: boolean; readonly fault: Fault | undefined }
  >
}

/** A batch as its emulated provider keeps it. */
export interface EmulatedBatch {
  readonly id: string
  readonly name: string | undefined
  readonly lines: readonly EmulatedLine[]
  readonly createdAt: number
  readonly readyAt: number
  readonly expiresAt: number
  readonly fault: Fault | undefined
  cancelledAt?: number
  end?: Promise<EmulatedEnd>
}

/** Files and batches of an emulated provider. */
export interface BatchShelf {
  readonly files: Map<string, Uint8Array>
  readonly batches: Map<string, EmulatedBatch>
  /** Batches by the idempotency key that they were asked for with. */
  readonly asked: Map<string, EmulatedBatch>
}

/** What a provider keeps of batches between requests. */
export function shelfOf({ state }: EmulatorKit): BatchShelf {
  const known = state.get('batches') as BatchShelf | undefined
  const shelf = known ?? { files: new Map(), batches: new Map(), asked: new Map() }
  state.set('batches', shelf)
  return shelf
}

/** Answers a line as if it were a request of its own. */
export type AnswerLine = (request: EmulatorRequest, kit: EmulatorKit) => Promise<EmulatorAnswer>

/** A batch takes ten minutes to an hour; providers promise a day and give up after it. */
const STEP_MS = 600_000
const STEPS = 6
const WINDOW_MS = 24 * 3_600_000
/** How long results can be fetched. */
const KEPT_MS = 30 * WINDOW_MS
/** What all of a batch is charged: half (OpenAI and Google, 2026). */
const HALF = 2n

/** Begins a batch. */
export function beginBatch(
  batch: Pick<EmulatedBatch, 'id' | 'name' | 'lines'>,
  request: EmulatorRequest,
  kit: EmulatorKit,
): EmulatedBatch {
  const createdAt = kit.now()
  const readyAt = createdAt + kit.scaled(STEP_MS * (1 + (kit.hash(batch.id) % STEPS)))
  const expiresAt = createdAt + kit.scaled(WINDOW_MS)
  const text = batch.lines.map(({ request: { body } }) => new TextDecoder().decode(body)).join(' ')
  const words: readonly Fault[] = ['job-fails', 'job-vanishes', 'link-expired']
  const fault = words.find((word) => text.includes(`sandbox:${word}`)) ?? kit.fault(request, '')
  return { ...batch, createdAt, readyAt, expiresAt, fault }
}

/** How a batch has ended by now; undefined while it is worked on. */
export function endOf(
  batch: EmulatedBatch,
  kit: EmulatorKit,
  answer: AnswerLine,
): Promise<EmulatedEnd> | undefined {
  const now = kit.now()
  if (batch.cancelledAt === undefined && now < batch.readyAt) return undefined
  const stuck = new Set(batch.lines.filter(isStuck).map(({ key }) => key))
  const isExpired = now >= batch.expiresAt
  if (batch.cancelledAt === undefined && stuck.size > 0 && !isExpired) return undefined
  batch.end ??= decide(batch, kit, answer, stuck)
  return batch.end
}

/** Whether results are still there. */
export const isKept = ({ fault, readyAt }: EmulatedBatch, kit: EmulatorKit): boolean =>
  fault !== 'link-expired' && kit.now() < readyAt + kit.scaled(KEPT_MS)

/** Draws and prints the lines that were made, in another order than they came in. */
export async function* printResults(
  batch: EmulatedBatch,
  kit: EmulatorKit,
  answer: AnswerLine,
  print: (key: string, answer: EmulatorAnswer | undefined) => string | undefined,
): AsyncGenerator<string> {
  const end = await endOf(batch, kit, answer)
  for (const { key, request } of batch.lines.toReversed()) {
    const made = end?.made.get(key)
    const inner: EmulatorKit = {
      ...kit,
      latency: async () => undefined,
      bill: () => undefined,
      fault: () => made?.fault,
    }
    // What prints nothing of a line need not have it drawn.
    const isWanted =
      print(key, made && { status: made.isGood ? 200 : 400, body: '{}' }) !== undefined
    if (!isWanted) continue
    const text = print(key, made && (await answer(request, inner)))
    if (text !== undefined) yield `${text}\n`
  }
}

const isStuck = ({ request: { body } }: EmulatedLine): boolean =>
  new TextDecoder().decode(body).includes('sandbox:job-stuck')

/** Decides of every line once, and charges for it; pictures are drawn when they are fetched. */
async function decide(
  batch: EmulatedBatch,
  kit: EmulatorKit,
  answer: AnswerLine,
  stuck: ReadonlySet<string>,
): Promise<EmulatedEnd> {
  const { cancelledAt, createdAt, readyAt, lines } = batch
  const at = kit.now()
  if (batch.fault === 'job-fails') return { state: 'failed', at, made: new Map() }
  const share = ((cancelledAt ?? readyAt) - createdAt) / Math.max(1, readyAt - createdAt)
  const count = Math.floor(lines.length * Math.min(1, share))
  const made = new Map<string, { isGood: boolean; fault: Fault | undefined }>()
  for (const { key, request } of lines.slice(0, count)) {
    if (stuck.has(key)) continue
    const own = kit.inner?.(request) ?? kit
    let fault: Fault | undefined
    const { status } = await answer(request, {
      ...own,
      latency: async () => undefined,
      draw: async () => new Uint8Array([0]),
      bill: (entry) => own.bill({ ...entry, dollars: halfOf(entry.dollars) }),
      fault: (asking, prompt) => {
        fault = own.fault(asking, prompt)
        return fault
      },
    })
    made.set(key, { isGood: status < 400, fault })
  }
  const state = cancelledAt !== undefined ? 'cancelled' : stuck.size > 0 ? 'expired' : 'completed'
  return { state, at, made }
}

const halfOf = (dollars: string): string => dollarsFromNano(nanoFromDollars(dollars) / HALF)
