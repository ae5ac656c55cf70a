/**
 * Cost of the gates: `node bench/gates.ts [--json]`. Nothing timed makes it fail. Processor time is
 * that of this process; a text reader works in its own, so look at the time that passes.
 */
import { hash } from 'node:crypto'
import sharp from 'sharp'
import { createSharpDecoder } from '../src/adapters/sharp-decoder/sharp-decoder.ts'
import { systemClock } from '../src/adapters/system-clock/system-clock.ts'
import { openTesseract } from '../src/adapters/tesseract/tesseract.ts'
import { gateSchema } from '../src/core/quality/gate.ts'
import type { ImageFormat } from '../src/core/request/image-request.ts'
import { GateDesk, type GateWishes } from '../src/gateway/gate-desk.ts'
import type { GatedPicture } from '../src/gateway/gate-evidence.ts'
import { draw } from '../src/sandbox/draw.ts'
import { letteredPicture } from '../src/testing/lettered-picture.ts'

/** One row: processor time of all threads, of the main thread alone, and time that passed. */
interface GateFigure {
  readonly what: string
  readonly pictures: number
  readonly cpuMs: number
  readonly mainThreadMs: number
  readonly wallMs: number
}

const PICTURES = 40
const READINGS = 5
const size = { width: 1024, height: 1024 }

const decoder = createSharpDecoder({ timeLimitMs: 60_000 })
const reader = await openTesseract({ timeLimitMs: 60_000 })
const desk = new GateDesk({
  ...{ decoder, clock: systemClock, sha256: (data) => hash('sha256', data, 'hex') },
  ...(reader === undefined ? {} : { reader }),
})

const wishes = (gates: readonly unknown[], literals: readonly string[] = []): GateWishes => ({
  purpose: { name: 'bench', isCritical: false, gates: gates.map((gate) => gateSchema.parse(gate)) },
  ...{ prompt: 'a place', isTransparent: false, literals, size },
})

const toPicture = (bytes: Uint8Array, format: ImageFormat): GatedPicture => ({
  ...{ bytes, format, ...size },
  digest: hash('sha256', bytes, 'hex'),
})

const scenes = await Promise.all(
  [1, 2, 3, 4].map((seed) => draw({ ...size, prompt: 'a place', seed, format: 'png' })),
)
const png = scenes.map((bytes) => toPicture(bytes, 'png'))
const jpeg = await Promise.all(
  scenes.map(async (bytes) => toPicture(await sharp(bytes).jpeg().toBuffer(), 'jpeg')),
)
const palette = { gate: 'palette', colours: ['#0b6e4f', '#f2a541'] }
const pixelGates = ['blank', 'duplicate', 'blur', palette]

const figures = [
  await measured('header alone, PNG', png, wishes([]), PICTURES * 50),
  await measured('all pixel gates, PNG 1024x1024', png, wishes(pixelGates), PICTURES),
  await measured('all pixel gates, JPEG 1024x1024', jpeg, wishes(pixelGates), PICTURES),
]
if (reader !== undefined) {
  const text = 'Open daily'
  const sign = { ...size, text, letterSize: 72, setting: 'sign' as const }
  const signs = await Promise.all(
    scenes.map(async (ground) => toPicture(await letteredPicture({ ...sign, ground }), 'png')),
  )
  figures.push(await measured(`text, ${reader.version}`, signs, wishes(['text'], [text]), READINGS))
}
await decoder.close()

if (process.argv.includes('--json')) console.log(JSON.stringify(figures, null, 2))
else console.table(figures)
if (reader === undefined) console.error('Tesseract is not installed: reading was not measured.')

async function measured(
  what: string,
  pictures: readonly GatedPicture[],
  about: GateWishes,
  count: number,
): Promise<GateFigure> {
  for (const picture of pictures) await desk.examine(picture, about)
  const [cpu, thread, wall] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()]
  for (let index = 0; index < count; index += 1) {
    const picture = pictures[index % pictures.length]
    if (picture !== undefined) await desk.examine(picture, about)
  }
  const passedMs = performance.now() - wall
  const used = process.cpuUsage(cpu)
  const main = process.threadCpuUsage(thread)
  const each = (ms: number): number => Math.round((ms / count) * 1_000) / 1_000
  return {
    ...{ what, pictures: count, wallMs: each(passedMs) },
    cpuMs: each((used.user + used.system) / 1_000),
    mainThreadMs: each((main.user + main.system) / 1_000),
  }
}
