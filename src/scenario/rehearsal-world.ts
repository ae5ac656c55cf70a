import { createSharpDecoder } from '../adapters/sharp-decoder/sharp-decoder.ts'
import { seededRandom } from '../adapters/virtual-clock/seeded-random.ts'
import { VirtualClock } from '../adapters/virtual-clock/virtual-clock.ts'
import type { World } from '../config/world.ts'
import type { ImageDecoder } from '../ports/image-decoder.ts'
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
    stores: (opened) => ({
      ...opened,
      journal: { commit: (facts) => clock.hold(opened.journal.commit(facts)) },
    }),
    baseUrl: (kind) => `${ORIGIN}/${kind}${running.stations.get(kind)?.emulator.basePath ?? ''}`,
    close: async () => closing.abort(new Error('the rehearsal is over')),
  }
}

const patient = (decoder: ImageDecoder, clock: VirtualClock): ImageDecoder => ({
  grey: (bytes) => clock.hold(decoder.grey(bytes)),
  measure: (bytes) => clock.hold(decoder.measure(bytes)),
  lettering: (bytes, kind) => clock.hold(decoder.lettering(bytes, kind)),
  convert: (bytes, finishing) => clock.hold(decoder.convert(bytes, finishing)),
  whiteMask: (bytes) => clock.hold(decoder.whiteMask(bytes)),
  blackMask: (bytes) => clock.hold(decoder.blackMask(bytes)),
  pixelDigest: (bytes) => clock.hold(decoder.pixelDigest(bytes)),
  coverage: (bytes) => clock.hold(decoder.coverage(bytes)),
  pad: (bytes, margins) => clock.hold(decoder.pad(bytes, margins)),
  close: () => decoder.close(),
})
