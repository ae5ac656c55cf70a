import { createHash } from 'node:crypto'
import { dollarsFromNano, nanoFromDollars } from '../core/money.ts'
import type { Drawing, EmulatorKit, EmulatorRequest, Fault } from '../providers/shared/emulator.ts'
import type { BillBook } from './bill-book.ts'
import type { SandboxClock } from './clock.ts'
import type { FaultDesk } from './fault-desk.ts'
import { isServerFault, playedFault } from './faults.ts'
import { readMultipart } from './multipart.ts'
import { type Draw, hashText, hexDigits, unitOf } from './seeded.ts'
import type { TruthBook } from './truth.ts'

/** What all kits of one sandbox share. */
export interface KitContext {
  readonly clock: SandboxClock
  /** Divides latencies and life times; 1 or more. */
  readonly speed: number
  readonly seed: number | string
  readonly desk: FaultDesk
  readonly book: BillBook
  draw(drawing: Drawing): Promise<Uint8Array>
  readonly truth: TruthBook
  /** Aborts when the sandbox closes. */
  readonly closing: AbortSignal
}

/** What one emulator keeps between requests. */
export interface EmulatorMemory {
  readonly state: Map<string, unknown>
  /** Source of ids. */
  readonly random: Draw
  lastDrawing?: Drawing
  /** Requests in a row that were slowed down. */
  slowed: number
}

/**
 * Spread of latencies around their median. With it 1 of 20 calls takes 1.5 times as long and 1 of
 * 1,000 twice: an assumption of ours, no provider publishes it.
 */
const LATENCY_SIGMA = 0.25
/** `slow-down`: each request takes this much longer than the one before, up to the limit. */
const SLOW_DOWN_STEP = 0.25
const SLOW_DOWN_LIMIT = 10

/** The kit of one request. `serverFault` is the fault that the server makes of it, if any. */
export function createKit(
  context: KitContext,
  provider: string,
  memory: EmulatorMemory,
  request: EmulatorRequest,
  serverFault: Fault | undefined,
): EmulatorKit {
  memory.slowed = serverFault === 'slow-down' ? memory.slowed + 1 : 0
  const strain = Math.min(SLOW_DOWN_LIMIT, 1 + SLOW_DOWN_STEP * memory.slowed)
  const names = namesModel(request)
  // The price is that of the moment at which a request comes, however long it takes.
  const dearness = context.desk.dearness({ provider, names })
  let spread: number | undefined
  let decided: { readonly fault: Fault | undefined } | undefined
  return {
    state: memory.state,
    draw(drawing) {
      const { prompt, seed } = (serverFault === 'same-image' && memory.lastDrawing) || drawing
      memory.lastDrawing = { ...drawing, prompt, seed }
      return context.truth.draw(memory.lastDrawing, { provider, names }, (each) =>
        context.draw(each),
      )
    },
    multipart: readMultipart,
    latency(typicalSeconds, signal) {
      spread ??= latencySpread(`${context.seed}:${contentDigest(request)}`)
      const times = strain * context.desk.slowness({ provider, names })
      return pause(context, typicalSeconds * 1_000 * spread * times, signal)
    },
    now: () => context.clock.now(),
    scaled: (milliseconds) => milliseconds / context.speed,
    hexId: (length) => hexDigits(memory.random, length),
    hash: hashText,
    bill(entry) {
      const dollars = dearness === 1 ? entry.dollars : times(entry.dollars, dearness)
      context.book.add({ provider, at: context.clock.now(), ...entry, dollars })
    },
    inner: (asking) => createKit(context, provider, memory, asking, undefined),
    // Decided once: an emulator may ask again, but the request uses up no second order.
    fault(asking, prompt) {
      const played = serverFault === undefined ? undefined : playedFault(serverFault)
      if (played !== undefined) return played
      decided ??= {
        fault: context.desk.next({
          provider,
          names,
          headers: asking.headers,
          text: prompt,
          isWanted: (fault) => !isServerFault(fault),
        }),
      }
      return decided.fault
    },
  }
}

/** An amount at another price, to the nano-dollar. */
const times = (dollars: string, factor: number): string =>
  dollarsFromNano(BigInt(Math.round(Number(nanoFromDollars(dollars)) * factor)))

/** Tells of a request whether it is for a model. */
export const namesModel =
  ({ path, body }: EmulatorRequest) =>
  (model: string): boolean =>
    path.includes(model) ||
    Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(model)

/** A factor around 1, lognormal, always the same for the same text. */
export function latencySpread(text: string): number {
  const radius = Math.sqrt(-2 * Math.log(unitOf(hashText(`radius:${text}`))))
  const normal = radius * Math.cos(2 * Math.PI * unitOf(hashText(`angle:${text}`)))
  return Math.exp(LATENCY_SIGMA * Math.min(3, Math.max(-3, normal)))
}

/** A digest of what a request asks for; a form's random boundary does not count. */
export function contentDigest(request: EmulatorRequest): string {
  const digest = createHash('sha256').update(`${request.method} ${request.path}\n`)
  const body = Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength)
  const boundary = /boundary="?([^";]+)/i.exec(request.headers['content-type'] ?? '')?.[1]
  if (boundary === undefined) return digest.update(body).digest('hex')
  let start = 0
  for (let at = body.indexOf(boundary); at !== -1; at = body.indexOf(boundary, start)) {
    digest.update(body.subarray(start, at))
    start = at + boundary.length
  }
  return digest.update(body.subarray(start)).digest('hex')
}

/**
 * Waits emulated time. An emulator may wait in the background, without anybody to catch an error:
 * when the sandbox closes the wait neither ends nor fails, it is forgotten.
 */
async function pause(
  { clock, speed, closing }: KitContext,
  durationMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  const scaledMs = durationMs / speed
  if (scaledMs < 1 && !closing.aborted) return
  try {
    await clock.sleep(scaledMs, signal === undefined ? closing : AbortSignal.any([signal, closing]))
  } catch (error) {
    if (closing.aborted) await new Promise<never>(() => {})
    throw error
  }
}
