import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cosine } from '../../core/statistics/cosine.ts'
import { type TinyModel, writeTinyClip, writeTinyModel } from '../../testing/tiny-model.ts'
import { createOnnxEmbedder } from './onnx-embedder.ts'

/** A sofa is nearly a couch, and nothing like a cat. */
const words = { sofa: [1, 0, 0], couch: [0.9, 0.1, 0], cat: [0, 0, 1] }
const settings = { timeoutMs: 60_000 }

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'keeprate-onnx-'))
})
afterAll(() => rm(home, { recursive: true }))

async function open(name: string, model: Partial<TinyModel> = {}) {
  const folder = join(home, name)
  await writeTinyModel(folder, { words, ...model })
  return createOnnxEmbedder({ ...settings, folder })
}

type Asked = string | { readonly bytes: Uint8Array; readonly format: 'png' }

async function vectorsOf(embedder: Awaited<ReturnType<typeof open>>, ...asked: readonly Asked[]) {
  const inputs = asked.map((one) => (typeof one === 'string' ? { text: one } : { image: one }))
  const answer = await embedder.embed(inputs)
  if (!answer.ok) throw new Error(answer.reason)
  expect(answer.costNano).toBe(0n)
  return answer.vectors
}

describe('a model in a folder', () => {
  test('puts texts near that mean the same, alone or beside others', async () => {
    const embedder = await open('whole')
    const [sofa, couch, cat] = await vectorsOf(embedder, 'Sofa', 'couch', 'cat')
    if (!sofa || !couch || !cat) throw new Error('three vectors were asked for')
    expect(cosine(sofa, couch)).toBeGreaterThan(0.99)
    expect(cosine(sofa, cat)).toBeCloseTo(0)
    expect(Math.hypot(...couch)).toBeCloseTo(1)
    expect((await vectorsOf(embedder, 'couch'))[0]).toEqual(couch)
    const [both] = await vectorsOf(embedder, 'sofa cat')
    expect([...(both ?? [])].map((value) => Math.round(value * 1e3))).toEqual([707, 0, 707])
  })

  test('a long text keeps its beginning and its last mark', async () => {
    const embedder = await open('short', { mostTokens: 2 })
    const [cut, same] = await vectorsOf(embedder, 'sofa cat cat cat couch', 'sofa couch')
    expect(cut).toEqual(same)
  })

  test('another model has another name, and the same one the same', async () => {
    const [one, same] = await Promise.all([open('a/tiny'), open('b/tiny')])
    const other = await open('c/tiny', { words: { ...words, cat: [0, 1, 0] } })
    expect(one.id).toMatch(/^tiny@[0-9a-f]{12}$/)
    expect(same.id).toBe(one.id)
    expect(other.id).not.toBe(one.id)
  })

  test('what it cannot do is an answer, and no error', async () => {
    const odd = await open('odd', { output: 'logits' })
    expect(await odd.embed([{ text: 'cat' }])).toMatchObject({
      ok: false,
      reason: expect.stringContaining('gives logits'),
    })
    const bytes = Buffer.of(1)
    const picture = await odd.embed([{ image: { bytes, format: 'png' } }])
    expect(picture).toMatchObject({ ok: false, reason: expect.stringContaining('no pictures') })
    const gone = AbortSignal.abort(new Error('gone'))
    expect(await odd.embed([{ text: 'cat' }], gone)).toMatchObject({ ok: false, reason: 'gone' })
  })

  test('says which package or file is missing, before anything is asked', async () => {
    const folder = join(home, 'none')
    expect(() => createOnnxEmbedder({ ...settings, folder })).toThrow(/has no tokenizer.json/)
    const find = (name: string) => {
      if (name === 'onnxruntime-web') throw new Error('not found')
    }
    expect(() => createOnnxEmbedder({ ...settings, folder, find })).toThrow(
      'npm install onnxruntime-web',
    )
  })
})

describe('a model for texts and pictures', () => {
  const colours = { red: [1, -1, -1], blue: [-1, -1, 1] }
  const plain = async (background: string, width = 40) => ({
    format: 'png' as const,
    bytes: await sharp({ create: { width, height: 20, channels: 3, background } })
      .png()
      .toBuffer(),
  })

  test('puts a picture near its words, in the order of what was asked', async () => {
    const folder = join(home, 'clip')
    await writeTinyClip(folder, colours)
    const embedder = createOnnxEmbedder({ ...settings, folder, takesImages: true })
    expect(embedder).toMatchObject({ takesImages: true, ceilingNano: 0n })
    expect(embedder.id).toMatch(/^clip@[0-9a-f]{12}$/)
    const image = await plain('#ff0000')
    const [red, picture, blue] = await vectorsOf(embedder, 'red', image, 'blue')
    if (!red || !picture || !blue) throw new Error('three vectors were asked for')
    expect(cosine(picture, red)).toBeCloseTo(1)
    expect(cosine(picture, blue)).toBeCloseTo(-1 / 3)
    const torn = { image: { ...image, bytes: image.bytes.subarray(0, 30) } }
    expect(await embedder.embed([torn])).toMatchObject({ ok: false, costNano: 0n })
    expect((await vectorsOf(embedder, image))[0]).toEqual(picture)
  })

  test('says which of its files is missing', async () => {
    const folder = join(home, 'half')
    await writeTinyModel(folder, { words })
    const open = () => createOnnxEmbedder({ ...settings, folder, takesImages: true })
    expect(open).toThrow(/has no preprocessor_config.json/)
  })
})
