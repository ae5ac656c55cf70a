import { hash } from 'node:crypto'
import { createSharpDecoder } from '../../src/adapters/sharp-decoder/sharp-decoder.ts'
import { openTesseract } from '../../src/adapters/tesseract/tesseract.ts'
import { gateSchema } from '../../src/core/quality/gate.ts'
import { readImageHeader } from '../../src/core/quality/image-header.ts'
import { GateDesk, type GateReport } from '../../src/gateway/gate-desk.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'
import {
  brandOf,
  cutoutPicture,
  letteredBy,
  type Made,
  poster,
  scenePicture,
} from './good-pictures.ts'
import { defects, lettered } from './planted-defects.ts'

/** How much is tried. */
export interface EvaluationSize {
  /** Pictures of each kind of defect, and as many good ones of each purpose. */
  readonly pictures: number
  /** The same for lettering, which takes seconds; none without a text reader. */
  readonly lettered: number
  /** Path of Tesseract. */
  readonly tesseract?: string | undefined
  /** Another one gives other pictures. */
  readonly seed: number
}

/** How many of something were refused. */
export interface Tally {
  readonly name: string
  readonly isTechnical: boolean
  readonly made: number
  readonly refused: number
  /** Seeds of those that went wrong, to look at them again, with what the gates said. */
  readonly wrong: readonly string[]
}

/** What the gates made of good and of spoilt pictures. */
export interface Evaluation {
  readonly good: readonly Tally[]
  readonly spoilt: readonly Tally[]
}

/** Good pictures that a purpose has seen before anything is planted. */
const HISTORY = 150
const TIME_LIMIT_MS = 120_000
/** Seeds of one evaluation; the next one begins behind them. */
const SEEDS = 1_000_000

type PurposeName = 'scene' | 'poster' | 'cutout' | 'lettering'

const gatesOf: { readonly [Name in PurposeName]: (made: Made) => readonly unknown[] } = {
  scene: () => ['blank', 'blur'],
  poster: ({ colours = [] }) => ['blank', { gate: 'palette', colours: [...colours] }],
  cutout: () => ['blank'],
  lettering: () => ['blank', { gate: 'text', required: true }],
}

const purposeOf = (name: PurposeName, made: Made) => ({
  name,
  gates: gatesOf[name](made).map((gate) => gateSchema.parse(gate)),
  isCritical: false,
})

/** Makes good and spoilt pictures, sends all through the product's own gates, and counts. */
export async function evaluateGates(size: EvaluationSize): Promise<Evaluation> {
  const decoder = createSharpDecoder({ timeLimitMs: TIME_LIMIT_MS })
  const program = size.tesseract
  const reader =
    program === undefined
      ? undefined
      : await openTesseract({ program, timeLimitMs: TIME_LIMIT_MS, maxWaiting: 1_000 })
  const desk = new GateDesk({
    ...{ decoder, clock: new VirtualClock(), sha256: (data) => hash('sha256', data, 'hex') },
    ...(reader === undefined ? {} : { reader }),
  })
  const look = (purpose: PurposeName, made: Made): Promise<GateReport> => {
    const { bytes, size: asked, text } = made
    const format = readImageHeader(bytes)?.format ?? 'png'
    return desk.examine(
      { bytes, format, digest: hash('sha256', bytes, 'hex'), ...asked },
      {
        ...{ purpose: purposeOf(purpose, made), prompt: 'a place', size: asked },
        ...{ isTransparent: purpose === 'cutout', literals: text === undefined ? [] : [text] },
      },
    )
  }
  const start = size.seed * SEEDS
  const seedsOf = (count: number, from: number) =>
    Array.from({ length: count }, (_, index) => start + from + index)
  try {
    for (const seed of seedsOf(HISTORY, 500_000)) await look('scene', await scenePicture(seed))
    const letters = seedsOf(reader === undefined ? 0 : size.lettered, 300_000)
    const pictures = seedsOf(size.pictures, 0)
    const good = [
      await tally('good scenes', pictures, true, async (seed) =>
        look('scene', await scenePicture(seed + 100_000)),
      ),
      await tally('good posters', pictures, true, async (seed) =>
        look('poster', await poster(seed, brandOf(seed), { hasPhoto: true })),
      ),
      await tally('good cutouts', pictures, true, async (seed) =>
        look('cutout', await cutoutPicture(seed + 100_000)),
      ),
      await tally('good lettering', letters, true, async (seed) => {
        const how = await letteredBy(seed + 100_000)
        return look('lettering', await lettered(how, { seed, asked: how.text }))
      }),
    ]
    const spoilt: Tally[] = []
    for (const { name, isTechnical, plant } of defects) {
      const purpose = purposeFor(name)
      const seeds = purpose === 'lettering' ? letters : pictures
      const one = await tally(name, seeds, false, async (seed) => {
        return look(purpose, await plant(seed))
      })
      spoilt.push({ ...one, isTechnical })
    }
    return { good, spoilt }
  } finally {
    await decoder.close()
  }
}

const purposeFor = (defect: string): PurposeName => {
  if (defect === 'misspelt text') return 'lettering'
  if (defect === 'ground not clear') return 'cutout'
  return defect === 'off palette' ? 'poster' : 'scene'
}

async function tally(
  name: string,
  seeds: readonly number[],
  isGood: boolean,
  look: (seed: number) => Promise<GateReport>,
): Promise<Tally> {
  let refused = 0
  const wrong: string[] = []
  for (const seed of seeds) {
    const report = await look(seed)
    if (!report.isGood) refused += 1
    if (report.isGood === isGood) continue
    const last = report.verdicts.at(-1)
    wrong.push(`${seed}: ${last?.gate}: ${last?.reason} ${JSON.stringify(last?.measured)}`)
  }
  return { name, isTechnical: false, made: seeds.length, refused, wrong }
}
