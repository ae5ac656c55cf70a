import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { gateSchema } from '../core/quality/gate.ts'
import { checkStructure } from '../core/quality/image-header.ts'
import type { PictureMeasures } from '../core/quality/measures/measure-picture.ts'
import type { EmbedderInput, Embeddings } from '../ports/embedder.ts'
import type { ImageDecoder } from '../ports/image-decoder.ts'
import type { Judge, Judgement, JudgeQuestion } from '../ports/judge.ts'
import type { SharpnessCount } from '../ports/sharpness-store.ts'
import { noisePng } from '../testing/noise-png.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { GateDesk, type GateWishes } from './gate-desk.ts'
import type { GatedPicture } from './gate-evidence.ts'
import type { SharpnessParts } from './sharpness-desk.ts'

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const size = { width: 32, height: 32 }
const picture = (seed = 1): GatedPicture => {
  const bytes = noisePng(size, seed)
  return { bytes, format: 'png', digest: sha256(bytes), ...size }
}
const measures: PictureMeasures = {
  ...{ greyDeviation: 40, commonShare: 0.2, sharpness: 100, colours: [], clearBorder: 0 },
  ...{ hasAlpha: false, hash: { bits: '0'.repeat(64), detail: 80, grid: [] } },
}

const free = (account: string) => ({ account, ceilingNano: 1_000n, isSimulated: false })

/** Tools that do what they are told, and a note of each use. */
function tools(changes: { readonly measure?: () => Promise<PictureMeasures> } = {}) {
  const used: string[] = []
  const unasked = () => Promise.reject(new Error('nobody asks for this'))
  const decoder: ImageDecoder = {
    grey: unasked,
    measure: () => {
      used.push('measure')
      return changes.measure?.() ?? Promise.resolve(measures)
    },
    lettering: (_bytes, kind) => {
      used.push(kind)
      return Promise.resolve(Buffer.from(kind))
    },
    convert: unasked,
    whiteMask: unasked,
    blackMask: unasked,
    pixelDigest: unasked,
    look: unasked,
    coverage: unasked,
    pad: unasked,
    close: () => Promise.resolve(),
  }
  return { used, decoder, sha256, clock: new VirtualClock() }
}

const wishes = (gates: readonly unknown[], more: Partial<GateWishes> = {}): GateWishes => ({
  purpose: { name: 'hero', isCritical: false, gates: gates.map((gate) => gateSchema.parse(gate)) },
  ...{ prompt: 'a fox, in the snow', isTransparent: false, literals: [], size },
  ...more,
})
const namesOf = ({ verdicts }: { verdicts: readonly { gate: string; outcome: string }[] }) =>
  verdicts.map(({ gate, outcome }) => `${gate} ${outcome}`)

test('without gates a picture is judged by its header, and nothing is decoded', async () => {
  const { used, ...all } = tools()
  const report = await new GateDesk(all).examine(picture(), wishes([]))
  expect(report).toMatchObject({ isGood: true, score: 1, costNano: 0n, hasUnknownCost: false })
  expect([namesOf(report), used]).toEqual([['complete passed', 'size passed'], []])
})

test('the first refusal ends it: nothing dearer is tried', async () => {
  const { used, ...all } = tools()
  const cut = picture()
  const bytes = cut.bytes.subarray(0, 100)
  expect(checkStructure(bytes).ok).toBe(false)
  const report = await new GateDesk(all).examine({ ...cut, bytes }, wishes(['blur', 'judge']))
  expect([report.isGood, report.refusal?.gate, report.score, used]).toEqual([
    ...[false, 'complete', 0, []],
  ])
})

test('a picture is decoded once for all its gates, and gives its hash', async () => {
  const { used, ...all } = tools()
  const gates = ['blur', 'duplicate', { gate: 'palette', colours: ['#ffffff'] }]
  const report = await new GateDesk(all).examine(picture(), wishes(gates))
  expect(used).toEqual(['measure'])
  expect(report.hash).toBe(measures.hash)
  expect(namesOf(report)).toEqual([
    ...['complete passed', 'size passed', 'blank passed', 'duplicate skipped', 'blur unknown'],
    'palette failed',
  ])
})

test('what cannot be decoded is refused; what was not tried is not', async () => {
  const broken = tools({ measure: () => Promise.reject(new Error('bad huffman code')) })
  const refused = await new GateDesk(broken).examine(picture(), wishes(['blur']))
  expect(refused.refusal).toMatchObject({ gate: 'blank', reason: 'it cannot be decoded' })
  const busy = Object.assign(new Error('too many wait'), { isBusy: true })
  const full = tools({ measure: () => Promise.reject(busy) })
  const unknown = await new GateDesk(full).examine(picture(), wishes(['blur']))
  expect([unknown.isGood, namesOf(unknown).slice(2)]).toEqual([
    ...[true, ['blank unknown', 'blur unknown']],
  ])
})

describe('a gate whose tool is missing', () => {
  test.each(['text', 'judge', { gate: 'similarity', threshold: 0.2 }])(
    '%j cannot tell; only where it is required that refuses',
    async (gate) => {
      const desk = new GateDesk(tools())
      const more = { literals: ['Open'] }
      const report = await desk.examine(picture(), wishes([gate], more))
      expect([report.isGood, report.verdicts.at(-1)?.outcome]).toEqual([true, 'unknown'])
      const settings = typeof gate === 'string' ? { gate } : gate
      const strict = wishes([{ ...settings, required: true }], more)
      expect((await desk.examine(picture(), strict)).isGood).toBe(false)
    },
  )
})

describe('text', () => {
  const reader = (texts: Readonly<Record<string, string>>) => ({
    version: 'reader 1',
    read: (png: Uint8Array) => {
      const text = texts[Buffer.from(png).toString()]
      return text === undefined ? Promise.reject(new Error('out of ink')) : Promise.resolve(text)
    },
  })

  test('is read in other ways only while it is not found', async () => {
    const { used, ...all } = tools()
    const desk = new GateDesk({ ...all, reader: reader({ as_it_is: '', dark: '', light: 'open' }) })
    const report = await desk.examine(picture(), wishes(['text'], { literals: ['Open'] }))
    expect([report.isGood, ...used.slice(1)]).toEqual([true, 'as_it_is', 'dark', 'light'])
  })

  test('nothing is read when no text was asked for; a reader that fails cannot tell', async () => {
    const { used, ...all } = tools()
    const desk = new GateDesk({ ...all, reader: reader({}) })
    await desk.examine(picture(), wishes(['text']))
    expect(used).toEqual(['measure'])
    const report = await desk.examine(picture(), wishes(['text'], { literals: ['Open'] }))
    expect(report.verdicts.at(-1)).toMatchObject({
      ...{ outcome: 'unknown', reason: 'the text could not be read: out of ink' },
    })
  })
})

describe('judge', () => {
  function judging(answer: Partial<Judgement> = {}) {
    const asked: JudgeQuestion[] = []
    const judge: Judge = {
      ...free('judge'),
      version: 'seer#1',
      judge: (question: JudgeQuestion): Promise<Judgement> => {
        asked.push(question)
        const requirements = question.requirements.map((row) => ({
          ...{ ...row, met: 'yes' as const, evidence: '' },
        }))
        const good = { ok: true, answer: { requirements, artefacts: [] }, costNano: 500n }
        return Promise.resolve({ ...good, ...answer } as Judgement)
      },
    }
    return { asked, judge }
  }

  test('is asked once about a picture and a list, and paid once', async () => {
    const { asked, judge } = judging()
    const desk = new GateDesk({ ...tools(), judge })
    const first = await desk.examine(picture(), wishes(['judge']))
    const again = await desk.examine(picture(), wishes(['judge']))
    expect([first.costNano, again.costNano, asked.length]).toEqual([500n, 0n, 1])
    await desk.examine(picture(2), wishes(['judge']))
    await desk.examine(picture(), wishes(['judge'], { prompt: 'a hare' }))
    expect(asked).toHaveLength(3)
  })

  test('an answer that was paid and cannot be used is paid, and not kept', async () => {
    const { asked, judge } = judging({ ok: false, reason: 'no list', costNano: 70n })
    const desk = new GateDesk({ ...tools(), judge })
    const report = await desk.examine(picture(), wishes(['judge']))
    expect([report.isGood, report.costNano]).toEqual([true, 70n])
    await desk.examine(picture(), wishes(['judge']))
    expect(asked).toHaveLength(2)
  })

  test('an unknown cost is said, not taken for nothing', async () => {
    const { judge } = judging({ costNano: undefined })
    const report = await new GateDesk({ ...tools(), judge }).examine(picture(), wishes(['judge']))
    expect([report.costNano, report.hasUnknownCost]).toEqual([0n, true])
  })
})

test('similarity compares the picture with its prompt, and adds what that cost', async () => {
  const vectors = [Float32Array.of(1, 0), Float32Array.of(1, 1)]
  const embedder = {
    ...free('embedder'),
    ...{ id: 'clip', takesImages: true },
    embed: (): Promise<Embeddings> => Promise.resolve({ ok: true, vectors, costNano: 30n }),
  }
  const desk = new GateDesk({ ...tools(), embedder })
  const gates = [0.5, 0.9].map((threshold) => ({ gate: 'similarity', threshold }))
  const report = await desk.examine(picture(), wishes(gates))
  expect(report.costNano).toBe(30n)
  expect(report.refusal?.measured.cosine).toBeCloseTo(Math.SQRT1_2, 4)
})

test('pictures of a brand are asked for once, and the nearest decides', async () => {
  const told = [
    [1, 0],
    [0, 1],
    [0, 2],
    [-1, 1],
  ].map((vector) => Float32Array.from(vector))
  const embedder = {
    ...free('embedder'),
    ...{ id: 'clip', takesImages: true },
    embed: async (inputs: readonly EmbedderInput[]): Promise<Embeddings> => ({
      ...{ ok: true, vectors: told.splice(0, inputs.length), costNano: 30n },
    }),
  }
  const references = new Map([1, 2].map((seed) => [`${seed}.png`, picture(seed)]))
  const desk = new GateDesk({ ...tools(), embedder, references })
  const gate = { gate: 'similarity', to: 'references', threshold: 0.9 }
  const asked = wishes([{ ...gate, references: [...references.keys()] }])
  expect(desk.ceilingNano(asked.purpose.gates, false)).toBe(3_000n)
  const [like, unlike] = [
    await desk.examine(picture(3), asked),
    await desk.examine(picture(4), asked),
  ]
  expect([like.isGood, like.costNano, unlike.isGood, unlike.costNano]).toEqual([
    true,
    90n,
    false,
    30n,
  ])
  expect(desk.ceilingNano(asked.purpose.gates, false)).toBe(1_000n)
})

describe('sharpness of a purpose', () => {
  const sharp = { value: 100 }
  const stand = () => {
    const all = tools({ measure: async () => ({ ...measures, sharpness: sharp.value }) })
    const desk = new GateDesk(all)
    return { desk, look: () => desk.examine(picture(), wishes(['blur'])) }
  }

  test('is learnt from good pictures, and blurred ones do not become usual', async () => {
    const { desk, look } = stand()
    for (let index = 0; index < 150; index += 1) {
      sharp.value = 80 + (index % 40)
      expect((await look()).isGood).toBe(true)
    }
    sharp.value = 5
    for (let index = 0; index < 50; index += 1) expect((await look()).isGood).toBe(false)
    expect(desk.sharpness.of('hero').total).toBe(150)
    sharp.value = 60
    expect((await look()).isGood).toBe(false)
    expect(desk.sharpness.of('hero').total).toBe(151)
  })

  test('of two processes adds up, whatever of it is stored yet, and fades', async () => {
    const [one, other] = [stand(), stand()]
    const clock = new VirtualClock()
    const [rows, failing] = [[] as SharpnessCount[], { isOn: true }]
    const parts: SharpnessParts = {
      clock,
      log: { debug: () => 0, info: () => 0, warn: () => 0, error: () => 0 },
      stores: {
        sharpness: {
          add: async (counts) => {
            if (failing.isOn) throw new Error('the database is away')
            rows.push(...counts)
          },
          load: async () => rows,
        },
      },
    }
    sharp.value = 100
    for (let index = 0; index < 60; index += 1) await Promise.all([one.look(), other.look()])
    await other.desk.sharpness.flush(parts)
    failing.isOn = false
    await other.desk.sharpness.flush(parts)
    await one.desk.sharpness.load(parts)
    expect(one.desk.sharpness.of('hero').total).toBeCloseTo(120)
    expect((await one.look()).verdicts.at(-1)?.outcome).toBe('passed')
    expect((await other.look()).verdicts.at(-1)?.outcome).toBe('unknown')
    await clock.advance(14 * 24 * 3_600_000)
    await one.desk.sharpness.load(parts)
    // Half of what is stored, and 61 that are not.
    expect(one.desk.sharpness.of('hero').total).toBeCloseTo(91)
  })

  test('of emulated pictures is no measure of real ones', async () => {
    const { desk, look } = stand()
    await desk.examine({ ...picture(), isSimulated: true }, wishes(['blur']))
    expect(desk.sharpness.of('hero').total).toBe(0)
    await look()
    expect(desk.sharpness.of('hero').total).toBe(1)
  })
})
