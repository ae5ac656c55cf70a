import { createSharpDecoder } from '../adapters/sharp-decoder/sharp-decoder.ts'
import { seededRandom } from '../adapters/virtual-clock/seeded-random.ts'
import { VirtualClock } from '../adapters/virtual-clock/virtual-clock.ts'
import type { World } from '../config/world.ts'
import type { Stores } from '../ports/stores.ts'
import type { Emulator } from '../providers/shared/emulator.ts'
import { makeRunning, type Running } from '../sandbox/running.ts'
import { hashText } from '../sandbox/seeded.ts'
import { directClient } from './direct-client.ts'
import { fewDrawings } from './drawings.ts'
import { memoryImageStore } from './memory-image-store.ts'
import type { Scenario } from './scenario-file.ts'

/** A world whose time moves only when it is told to, and what goes on in it. */
export interface RehearsalWorld extends World {
  readonly clock: VirtualClock
  readonly running: Running
  close(): Promise<void>
}

/** Nothing listens there: emulators of the same process are asked directly. */
const ORIGIN = 'http://127.0.0.1:9'

/**
 * Makes a world for a scenario. Drawing, decoding and the database work in other threads; time
 * stands still for them, so that the same scenario gives the same report on any machine.
 */
export function makeRehearsalWorld(
  { seed, faults }: Scenario,
  emulators: readonly Emulator[],
): RehearsalWorld {
  const clock = new VirtualClock()
  const draw = fewDrawings()
  const closing = new AbortController()
  const running = makeRunning(
    { emulators, speed: 1, seed, clock, orders: faults, draw: (each) => clock.hold(draw(each)) },
    ORIGIN,
    closing.signal,
  )
  const decoder = createSharpDecoder()
  return {
    clock,
    running,
    random: seededRandom(hashText(`gateway:${seed}`)),
    http: directClient(running),
    images: memoryImageStore(),
    decoder: patient(decoder, clock),
    stores: (opened) => patientStores(opened, clock),
    baseUrl: (kind) => `${ORIGIN}/${kind}${running.stations.get(kind)?.emulator.basePath ?? ''}`,
    close: async () => closing.abort(new Error('the rehearsal is over')),
  }
}

/** The same, but that time stands still while one of its methods is at work. */
const patient = <Worker extends object>(worker: Worker, clock: VirtualClock): Worker =>
  new Proxy(worker, {
    get(target, name) {
      const part: unknown = Reflect.get(target, name)
      if (typeof part !== 'function') return part
      return (...given: unknown[]): unknown => {
        const result: unknown = Reflect.apply(part, target, given)
        return result instanceof Promise ? clock.hold(result) : result
      }
    },
  })

/** A database of another thread, waited for in each of its stores. */
const patientStores = (stores: Stores, clock: VirtualClock): Stores =>
  Object.fromEntries(
    Object.entries(stores).map(([name, part]) => [
      name,
      typeof part === 'object' ? patient(part, clock) : part,
    ]),
  ) as unknown as Stores
