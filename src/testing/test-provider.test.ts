import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FailureClass, failure } from '../core/errors/provider-failure.ts'
import { isObject } from '../core/json.ts'
import { priceRowsSchema } from '../core/pricebook/price-row.ts'
import type { HttpAnswer } from '../ports/http-client.ts'
import { defineProvider, type ProviderDefinition } from '../providers/shared/definition.ts'
import { defineEmulator, type EmulatorKit, type Fault } from '../providers/shared/emulator.ts'
import { readModelsFile } from '../providers/shared/models-file.ts'
import { flawsOfDefinition } from './definition-flaws.ts'
import { readFixtures } from './fixture.ts'
import { fixtureFlaw, hostileFlaws } from './fixture-check.ts'
import { playFault, playNormal } from './provider-plays.ts'
import { type ProviderStand, startStand } from './provider-stand.ts'
import { makeSampleInputs, type SampleInputs } from './sample-calls.ts'
import { testProvider } from './test-provider.ts'

const source = { url: 'https://painter.example/docs', read_at: '2026-11-20' }

const row = {
  id: 'painter-1',
  operations: ['generate'],
  tier: 'budget',
  sizes: { kind: 'list', sizes: ['512x512', '768x512'] },
  default_size: '512x512',
  formats: ['png'],
  max_images_per_call: 2,
  max_input_images: 0,
  max_prompt_characters: 1_000,
  supports: {},
  typical_seconds: 2,
  timeout_ms: 60_000,
  lifecycle: {},
  source,
}

const catalog = {
  models: [
    row,
    // Shut down, so it must not be called: the emulator makes no WebP.
    { ...row, id: 'painter-old', formats: ['webp'], lifecycle: { shutdown_at: '2026-01-01' } },
  ],
  aliases: [{ name: 'painter-0', target: 'painter-1', from: '2026-01-01', note: 'gone', source }],
}

const prices = [
  {
    offer: 'painter/painter-1',
    operation: 'generate',
    components: [{ kind: 'per_image', usd: '0.01' }],
    valid_from: '2026-01-01',
    source: { ...source, confidence: 'high' },
  },
]

const classes: Readonly<Record<number, FailureClass>> = {
  401: 'auth',
  402: 'quota_exhausted',
  403: 'auth',
  404: 'model_gone',
  429: 'rate_limited',
}

function classify({ status, json, text }: HttpAnswer) {
  const said = isObject(json) ? String(json.error) : (text ?? '')
  const blocked = said === 'prompt' ? 'content_policy_input' : undefined
  const withheld = said === 'picture' ? 'content_policy_output' : undefined
  const fallback = status < 500 ? 'invalid_request' : 'overloaded'
  return failure(blocked ?? withheld ?? classes[status] ?? fallback, `painter: ${said}`, { status })
}

/** A small provider of our own: the contract holds for everybody's, not only for those we ship. */
const painter = defineProvider({
  id: 'painter',
  displayName: 'Painter',
  origin: {
    baseUrl: 'https://api.painter.example',
    ownHosts: ['.painter.example'],
    apiKeyVariable: 'PAINTER_API_KEY',
    baseUrlVariable: 'PAINTER_BASE_URL',
  },
  ...readModelsFile('painter', catalog),
  prices: priceRowsSchema.parse(prices),
  authorize: (apiKey) => ({ 'x-painter-key': apiKey }),
  imageFields: ['image'],
  checkOptions: ({ options }) =>
    Object.keys(options).length > 0 ? { code: 'options', reason: 'there are none' } : undefined,
  estimate: ({ n }) => ({ low: { images: n }, expected: { images: n }, high: { images: n } }),
  toWire: ({ prompt, n, settings, expectedSize }) => ({
    method: 'POST',
    url: '/paint',
    body: { kind: 'json', value: { prompt, n, ...(settings.size ?? expectedSize) } },
  }),
  fromWire: ({ json, images }, { n }) => {
    const isAnswer = isObject(json) && Array.isArray(json.pictures)
    if (!isAnswer) {
      const unread = failure('bad_image', 'painter sent something else', { billed: 'unknown' })
      return { kind: 'failed', failure: unread }
    }
    const first = images[0]
    if (first === undefined) return { kind: 'failed', failure: failure('empty', 'no picture') }
    const missing = Array.from({ length: n - images.length }, () =>
      failure('bad_image', 'a picture is missing'),
    )
    return { kind: 'produced', images, withheld: missing, usage: {} }
  },
  classify,
  flow: { kind: 'sync' },
})

const refusals: { readonly [Name in Fault]?: readonly [status: number, error: string] } = {
  'moderate-input': [400, 'prompt'],
  'invalid-key': [401, 'key'],
  'no-credit': [402, 'credit'],
  'rate-limit': [429, 'rate'],
  'user-error': [400, 'prompt is no text'],
  'model-gone': [404, 'model'],
  'server-error': [500, 'server'],
  'error-in-200': [200, 'server'],
  overloaded: [503, 'busy'],
}

const answer = (status: number, body: object) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function paint(asked: PaintJob, fault: Fault | undefined, kit: EmulatorKit) {
  const count = fault === 'empty' ? 0 : fault === 'wrong-count' ? asked.n - 1 : asked.n
  const width = fault === 'wrong-size' ? 64 : asked.width
  const pictures = await Promise.all(
    Array.from({ length: count }, async (_, seed) => {
      const drawing = { ...asked, width, seed, format: 'png', blank: fault === 'blank' } as const
      const bytes = await kit.draw(drawing)
      const cut = fault === 'truncated' ? bytes.subarray(0, bytes.length / 2) : bytes
      const text = fault === 'not-an-image' ? Buffer.from('text') : Buffer.from(cut)
      return { image: text.toString('base64') }
    }),
  )
  return answer(200, { pictures })
}

interface PaintJob {
  readonly prompt: string
  readonly n: number
  readonly width: number
  readonly height: number
}

const emulatorAt = (dollarsPerImage: number) =>
  defineEmulator({
    id: 'painter',
    basePath: '',
    async handle(request, kit) {
      const isKeyed = request.headers['x-painter-key']?.includes('invalid') === false
      if (!isKeyed) return answer(401, { error: 'key' })
      const asked = JSON.parse(Buffer.from(request.body).toString()) as PaintJob
      const fault = kit.fault(request, asked.prompt)
      const [status, error] = (fault === undefined ? undefined : refusals[fault]) ?? []
      if (status !== undefined) return answer(status, { error })
      const dollars = (dollarsPerImage * asked.n).toFixed(3)
      kit.bill({ model: 'painter-1', images: asked.n, dollars, requestId: kit.hexId(8) })
      if (fault === 'moderate-output') return answer(400, { error: 'picture' })
      if (fault === 'server-error-billed') return answer(500, { error: 'server' })
      return paint(asked, fault, kit)
    },
  })

const folder = pathToFileURL(`${mkdtempSync(join(tmpdir(), 'painter-'))}/`)
const fixture = {
  name: 'a busy painter',
  source: 'https://painter.example/docs',
  read_at: '2026-11-20',
  kind: 'answer',
  status: 503,
  body: { error: 'busy' },
  model: 'painter-1',
  expect: { outcome: 'failed', class: 'overloaded', billed: false, message: 'busy' },
}
writeFileSync(new URL('busy.json', folder), JSON.stringify(fixture))

testProvider(painter, emulatorAt(0.01), { fixtures: folder })

describe('the contract finds', () => {
  const [model] = painter.models
  if (model === undefined) throw new Error('painter has a model')
  const flawed = (change: Partial<ProviderDefinition>) =>
    flawsOfDefinition({ ...painter, ...change }).join('\n')

  test.each<[string, Partial<ProviderDefinition>, string]>([
    ['a price without a model', { models: [] }, 'has no model'],
    ['a model twice', { models: [model, model] }, 'the name painter-1 stands twice'],
    [
      'a price of an operation that is not offered',
      { prices: painter.prices.map((row) => ({ ...row, operation: 'edit' })) },
      'an operation that the model does not offer',
    ],
    ['two prices at once', { prices: [...painter.prices, ...painter.prices] }, 'equally specific'],
    [
      'a day that does not exist',
      { models: [{ ...model, lifecycle: { shutdownAt: '2026-02-30' } }] },
      '2026-02-30 is no day',
    ],
    [
      'an alias that leads nowhere',
      { aliases: painter.aliases.map((alias) => ({ ...alias, target: 'painter-9' })) },
      'painter-9, which does not exist',
    ],
    [
      'an estimate upside down',
      {
        estimate: () => ({ low: { images: 2 }, expected: { images: 1 }, high: { images: 1 } }),
      },
      'low ≤ expected ≤ high',
    ],
    ['options that are not looked at', { checkOptions: () => undefined }, 'do not exist'],
    [
      'a credential for everybody',
      { origin: { ...painter.origin, ownHosts: ['.example'] } },
      'own host .example',
    ],
  ])('%s', (_claim, change, flaw) => {
    expect(flawed(change)).toContain(flaw)
  })

  test('an answer that is not read as recorded', async () => {
    const [recorded] = await readFixtures(folder)
    if (recorded === undefined) throw new Error('there is a fixture')
    const inputs = await makeSampleInputs()
    const wrong = { ...painter, classify: () => failure('auth', 'wrong') }
    expect(await fixtureFlaw(wrong, recorded, inputs)).toBe(
      'class is read as "auth", not "overloaded"',
    )
  })

  test('a reader that throws', async () => {
    const wrong = {
      ...painter,
      classify: (read: HttpAnswer) => classify({ ...read, json: { error: read.json as never } }),
      fromWire: ({ json }: HttpAnswer) => (json as { pictures: [] }).pictures.pop() ?? neverRead,
    }
    const flaws = hostileFlaws(wrong, await makeSampleInputs())
    expect(flaws.join('\n')).toContain('fromWire throws on 200 undefined')
  })

  test('a fixture with a member that does not exist', async () => {
    const broken = pathToFileURL(`${mkdtempSync(join(tmpdir(), 'painter-'))}/`)
    writeFileSync(new URL('odd.json', broken), JSON.stringify({ ...fixture, statsu: 500 }))
    await expect(readFixtures(broken)).rejects.toThrow(/odd\.json.*statsu/)
  })

  describe('against an emulator that bills more than the book says', () => {
    let stand: ProviderStand
    let inputs: SampleInputs
    beforeAll(async () => {
      inputs = await makeSampleInputs()
      stand = await startStand(painter, emulatorAt(0.011))
    })
    afterAll(() => stand.close())

    test('the difference, to the nano-dollar', async () => {
      const flaws = await playNormal({ definition: painter, stand, inputs }, model, { n: 2 })
      expect(flaws.join('\n')).toContain('settled at 20000000 n$, billed 22000000 n$')
    })

    test('a size that is not the one asked for', async () => {
      const stage = { definition: painter, stand, inputs }
      const larger = { ...model, defaultSize: { width: 768, height: 512 } }
      const flaws = await playNormal(stage, larger, { size: { width: 768, height: 512 } })
      expect(flaws.join('\n')).not.toContain('pixels')
      const flaw = await playNormal(stage, model, {
        prompt: 'x sandbox:wrong-size',
        size: model.defaultSize,
      })
      expect(flaw.join('\n')).toContain('64x512 pixels instead of 512x512')
    })

    test('a refusal that is taken for something else', async () => {
      const wrong = { ...painter, classify: () => failure('overloaded', 'busy') }
      const wrongStand = await startStand(wrong, emulatorAt(0.01))
      const stage = { definition: wrong, stand: wrongStand, inputs }
      const flaws = [
        ...(await playFault(stage, model, 'no-credit')),
        ...(await playFault(stage, model, 'moderate-output')),
      ]
      await wrongStand.close()
      expect(flaws).toEqual([
        'no-credit: it ended as overloaded (busy), not as quota_exhausted',
        'moderate-output: it ended as overloaded (busy), not as content_policy_output',
        'moderate-output: it counts as free, but was charged',
      ])
    })
  })
})

const neverRead = { kind: 'pending' } as const
