import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nanoFromDollars } from '../../core/money.ts'
import { type Requirement, requirementsOf } from '../../core/quality/requirements.ts'
import { cosine } from '../../core/statistics/cosine.ts'
import { createReferee, REFEREE_MODEL } from '../../sandbox/referee.ts'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import { noisePng } from '../../testing/noise-png.ts'
import { createSafeFetch } from '../safe-fetch/client.ts'
import { createOpenAIEmbedder } from './openai-embedder.ts'
import { createOpenAIJudge } from './openai-judge.ts'

const http = createSafeFetch()
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const picture = (seed: number) => noisePng({ width: 32, height: 32 }, seed)
/** Pictures with an even seed are good. */
const truth = new Map(
  Array.from({ length: 200 }, (_, seed) => [digestOf(picture(seed)), seed % 2 === 0] as const),
)
const price = {
  components: [{ kind: 'tokens', text_in: '0.000001', text_out: '0.000001' }],
} as const

let sandbox: Sandbox
beforeAll(async () => {
  const referee = createReferee({
    isGood: (digest) => truth.get(digest),
    promptOf: (digest) => (digest === digestOf(picture(1)) ? 'a red fox in the snow' : undefined),
    passGood: 0.9,
    passBad: 0.2,
  })
  sandbox = await startSandbox({ emulators: [referee], speed: 1_000, seed: 'referee' })
})
afterAll(async () => {
  await sandbox.close()
  await http.close()
})

const settings = () => ({
  ...{ http, baseUrl: sandbox.baseUrl('referee'), apiKey: 'sk-test', model: REFEREE_MODEL },
  ...{ price, allowPrivate: true },
})
const requirements = requirementsOf({ prompt: 'a red fox, in the snow', literals: [] })
const ask = (seed: number, asked: readonly Requirement[] = requirements) =>
  createOpenAIJudge(settings()).judge({
    image: { bytes: picture(seed), format: 'png' },
    prompt: 'a red fox, in the snow',
    requirements: asked,
  })

describe('a judge over the wire', () => {
  test('answers every requirement, and its cost is what the other side billed', async () => {
    const billed = sandbox.bill().length
    const { costNano, ...judgement } = await ask(0)
    if (!judgement.ok) throw new Error(judgement.reason)
    expect(judgement.answer.requirements.map(({ id }) => id)).toEqual(['r1', 'r2'])
    const [entry] = sandbox.bill().slice(billed)
    expect(costNano).toBe(nanoFromDollars(entry?.dollars ?? ''))
    expect(costNano).toBeGreaterThan(0n)
  })

  test('passes good and bad pictures as often as it was told, always in the same way', async () => {
    const passes = async (seed: number): Promise<boolean> => {
      const judgement = await ask(seed)
      return judgement.ok && judgement.answer.requirements.every(({ met }) => met === 'yes')
    }
    const verdicts = await Promise.all([...truth.keys()].map((_, seed) => passes(seed)))
    const share = (parity: number) =>
      verdicts.filter((passed, seed) => passed && seed % 2 === parity).length / 100
    expect(Math.abs(share(0) - 0.9)).toBeLessThan(0.1)
    expect(Math.abs(share(1) - 0.2)).toBeLessThan(0.12)
    expect(await passes(7)).toBe(verdicts[7])
  })

  test('is unsure of a picture that nobody knows', async () => {
    const judgement = await ask(5_000)
    expect(judgement.ok && judgement.answer.requirements.map(({ met }) => met)).toEqual([
      ...['unsure', 'unsure'],
    ])
  })
})

describe('vectors over the wire', () => {
  test.each(['messages', 'objects'] as const)('of texts and pictures, by %s', async (pictures) => {
    const embedder = createOpenAIEmbedder({ ...settings(), pictures })
    const answer = await embedder.embed([
      { text: 'a red fox in the snow' },
      { image: { bytes: picture(1), format: 'png' } },
      { text: 'quarterly report of an insurance' },
      { image: { bytes: picture(2), format: 'png' } },
    ])
    if (!answer.ok) throw new Error(answer.reason)
    const [fox, ofFox, report] = answer.vectors
    if (!fox || !ofFox || !report) throw new Error('four vectors were asked for')
    expect(answer.vectors).toHaveLength(4)
    expect(cosine(fox, ofFox)).toBeGreaterThan(cosine(report, ofFox) + 0.3)
    expect(answer.costNano).toBeGreaterThan(0n)
  })

  test('a model of texts alone refuses pictures before anything is sent', async () => {
    const billed = sandbox.bill().length
    const embedder = createOpenAIEmbedder(settings())
    expect(embedder.takesImages).toBe(false)
    expect(await embedder.embed([{ image: { bytes: picture(1), format: 'png' } }])).toEqual({
      ...{ ok: false, reason: `${REFEREE_MODEL} takes no pictures`, costNano: 0n },
    })
    expect(sandbox.bill()).toHaveLength(billed)
  })

  test('more texts than one call takes are several calls', async () => {
    const billed = sandbox.bill().length
    const texts = Array.from({ length: 150 }, (_, index) => ({ text: `word${index}` }))
    const answer = await createOpenAIEmbedder(settings()).embed(texts)
    expect(answer.ok && answer.vectors.length).toBe(150)
    expect(sandbox.bill().length - billed).toBe(3)
  })
})
