import type { Emulator } from '../providers/shared/emulator.ts'
import { createBillBook } from './bill-book.ts'
import { type SandboxClock, systemClock } from './clock.ts'
import type { ControlContext } from './control.ts'
import { type Detail, draw } from './draw.ts'
import { createFaultDesk, type FaultRate, isFault } from './fault-desk.ts'
import { fromOrderBody, type OrderBody } from './fault-order.ts'
import type { EmulatorMemory, KitContext } from './kit.ts'
import { createReferee } from './referee.ts'
import { createRequestLog } from './request-log.ts'
import { seededDraw } from './seeded.ts'
import { TruthBook, type TruthFile } from './truth.ts'

/** How a sandbox is started. */
export interface SandboxOptions {
  readonly emulators: readonly Emulator[]
  /** 0 picks a free one. */
  readonly port?: number
  /** Divides latencies and life times; 1 is a provider's own pace. */
  readonly speed: number
  /**
   * The same seed and the same requests give the same answers. Ids of jobs come from it too: who
   * keeps them longer than the sandbox lives needs a new seed at each start.
   */
  readonly seed: number | string
  readonly clock?: SandboxClock
  /** `rich` unless said otherwise. */
  readonly detail?: Detail
  /** Draws instead of the sandbox's own pictures. */
  readonly draw?: KitContext['draw']
  /** What goes wrong from the start on, or later; see {@link orderSchema}. */
  readonly orders?: readonly OrderBody[]
  /** Which pictures are good; the usual ones unless said otherwise. */
  readonly truth?: TruthFile
  /** Share of requests, 0 to 1, that meet each fault. */
  readonly faultRate?: FaultRate
}

/** An emulator and what it keeps between requests. */
export interface Station {
  readonly emulator: Emulator
  readonly memory: EmulatorMemory
}

/** All that a running sandbox serves its requests from. */
export interface Running extends KitContext, Omit<ControlContext, 'clock'> {
  readonly origin: string
  /** By provider id. */
  readonly stations: ReadonlyMap<string, Station>
}

/**
 * Emulators that are ready to be asked, before anything listens.
 * @param origin where they believe to be; links in answers begin with it.
 * The options must have been found usable.
 */
export function makeRunning(
  options: SandboxOptions,
  origin: string,
  closing: AbortSignal,
): Running {
  const { emulators, seed, speed, detail = 'rich', clock = systemClock, orders = [] } = options
  const random = seededDraw(`faults:${seed}`)
  const desk = createFaultDesk(options.faultRate ?? {}, random, () => clock.now())
  const truth = new TruthBook(options.truth)
  const { pass_good: passGood, pass_bad: passBad } = truth.judge
  const referee = createReferee({
    ...{ isGood: (digest) => truth.of(digest)?.isGood, passGood, passBad },
    promptOf: (digest) => truth.of(digest)?.prompt,
  })
  const hasReferee = emulators.some(({ id }) => id === referee.id)
  for (const order of orders) desk.add(fromOrderBody(order, clock.now()))
  return {
    origin,
    speed,
    seed,
    draw: options.draw ?? ((drawing) => draw(drawing, detail)),
    clock,
    closing,
    desk,
    truth,
    book: createBillBook(),
    log: createRequestLog(),
    providers: emulators.map(({ id }) => id),
    stations: new Map(
      (hasReferee ? emulators : [...emulators, referee]).map((emulator) => {
        const ids = seededDraw(`ids:${seed}:${emulator.id}`)
        return [emulator.id, { emulator, memory: { state: new Map(), random: ids, slowed: 0 } }]
      }),
    ),
  }
}

/** @throws RangeError when an option cannot be. */
export function assertUsable({
  emulators,
  speed,
  faultRate = {},
  orders = [],
}: SandboxOptions): void {
  if (!Number.isFinite(speed) || speed < 1) throw new RangeError(`speed is 1 or more, not ${speed}`)
  const ids = emulators.map(({ id }) => id)
  if (new Set(ids).size < ids.length) throw new RangeError(`an emulator is there twice: ${ids}`)
  const stranger = orders.find(({ provider }) => provider !== undefined && !ids.includes(provider))
  if (stranger !== undefined) throw new RangeError(`not emulated: ${stranger.provider}`)
  for (const [name, share] of Object.entries(faultRate)) {
    if (!isFault(name) || !(share >= 0 && share <= 1)) {
      throw new RangeError(`not a rate of a fault: ${name} ${share}`)
    }
  }
}
