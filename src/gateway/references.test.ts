import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { purposeSchema } from '../core/purpose/purpose.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { Embedder } from '../ports/embedder.ts'
import { type GatewayStand, withGatewayStand } from '../testing/gateway-stand.ts'
import { noisePng } from '../testing/noise-png.ts'
import { inTurn, produced, scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { explainRoute, printRoute } from './explain-route.ts'
import { takeVerdict } from './feedback-desk.ts'
import { storedReferences } from './references.ts'

const LOOK_NANO = 1_000_000n
const CENT_NANO = 10_000_000n
const size = { width: 32, height: 32 }
const [brand, other, third] = [1, 2, 3].map((seed) => noisePng(size, seed)) as [
  Buffer,
  Buffer,
  Buffer,
]

/** Only the same bytes are near: others are about at right angles. */
const embedder = (isSimulated = false): Embedder => ({
  ...{ account: 'embedder/eye', id: 'eye', takesImages: true, isSimulated },
  ceilingNano: LOOK_NANO,
  embed: async (inputs) => ({
    ok: true,
    costNano: LOOK_NANO,
    vectors: inputs.map((input) => {
      const bytes = 'image' in input ? input.image.bytes : Buffer.from(input.text)
      return Float32Array.from(hash('sha256', bytes, 'buffer'), (value) => value - 127.5)
    }),
  }),
})

/** Sees pictures as any other, and nobody answers it. */
const deaf: Embedder = {
  ...embedder(),
  embed: async () => ({ ok: false, reason: 'the embedder is away', costNano: 0n }),
}

/** The cheap one draws the brand's picture once, and then another; the dear one the brand's. */
const market = () => [
  scriptedProvider({
    id: 'cheap',
    models: [scriptedModel({ provider: 'cheap', tier: 'budget', qualities: [] })],
    play: inTurn(
      () => produced([brand]),
      () => produced([other]),
    ),
  }),
  scriptedProvider({
    ...{ id: 'dear', usd: '0.05' },
    models: [scriptedModel({ provider: 'dear', tier: 'premium', qualities: [] })],
    play: () => produced([brand]),
  }),
]

const purposes = {
  plain: purposeSchema.parse({ floor: 0.1, bad_image_cost: '0' }),
  branded: purposeSchema.parse({
    floor: 0.1,
    gates: [{ gate: 'similarity', to: 'references', references: ['a.png'], threshold: 0.7 }],
  }),
}
const here = { tenant: 'here', room: 16 }
const first = {
  prompt: 'a cup',
  group: 'spring',
  model: 'auto:cheapest',
  purpose: 'plain',
} as const

/** Lends a stand on which a picture of the brand was made already. */
const play = (
  tool: Embedder | undefined,
  use: (stand: GatewayStand, id: string) => Promise<void>,
): Promise<void> =>
  withGatewayStand(
    {
      ...{ providers: market(), hasDecoder: true, purposes },
      tools: { ...(tool && { embedder: tool }), references: new Map() },
    },
    async (stand) => {
      const { images } = await stand.ask({ ...first, strict: false })
      await use(stand, images[0]?.record.id ?? '')
      expect(await stand.stores.ledger.audit()).toEqual([])
    },
  )

const digestOf = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex')
const receiptOf = async ({ stores }: GatewayStand, id: string) => ({
  record: await stores.requests.request(id),
  images: await stores.requests.images(id),
})

describe('a request that names pictures', () => {
  test('gets none that is unlike all of them, and pays for each look', async () => {
    await play(embedder(), async (stand, id) => {
      const [named] = await storedReferences([id], here, stand.gateway.deps)
      expect(named).toMatchObject({ digest: digestOf(brand), image: id })
      const sent = { digest: digestOf(third), format: 'png' } as const
      await stand.images.put(sent.digest, third)
      const wish = {
        ...first,
        prompt: 'a bowl',
        references: [named ?? sent, sent],
        cache: 'allow' as const,
      }
      const asked: Partial<RequestDraft> = { ...wish, referenceThreshold: 0.9 }
      const result = await stand.ask(asked)
      expect(result).toMatchObject({ provider: 'dear', route: 'cascade:1' })
      // Two vectors to compare with, once, and one for each of the two pictures.
      expect(result.costNano).toBe(6n * CENT_NANO + 4n * LOOK_NANO)
      const { record, images } = await receiptOf(stand, result.requestId)
      expect(images.map(({ quality }) => quality?.gates.at(-1))).toMatchObject([
        { gate: 'similarity', outcome: 'failed' },
        { gate: 'similarity', outcome: 'passed', measured: { cosine: 1 } },
      ])
      expect(record?.plan).toMatchObject({
        references: { pictures: [id, sent.digest], threshold: 0.9 },
        // Both pictures, and three looks for either: nothing is known beforehand.
        hold: '0.066',
      })
      expect((await stand.ask(asked)).cache).toBe('HIT exact')
      const strangers = { ...asked, references: [sent], onGateRefusal: 'fail' } as const
      await expect(stand.ask(strangers)).rejects.toMatchObject({ code: 'gate_refused' })
      const stricter = await stand.ask({ ...asked, referenceThreshold: 0.95 })
      expect(stricter.cache).toBe('MISS')
    })
  })

  test('of auto has its gate on, whatever an unchecked picture would cost', async () => {
    await play(embedder(), async ({ gateway }, id) => {
      const references = await storedReferences([id], here, gateway.deps)
      const asked = { ...first, model: 'auto', operation: 'generate' } as const
      const explain = async (draft: RequestDraft) =>
        printRoute(
          await explainRoute(normaliseRequest(draft), { keyId: 'k', tenant: 'here' }, gateway.deps),
        )
      expect((await explain(asked)).gate).toMatchObject({ on: false })
      const held = await explain({ ...asked, references, referenceThreshold: 0.9 })
      expect(held).toMatchObject({
        gate: { on: true, reason: 'required' },
        references: { pictures: [id], threshold: 0.9 },
      })
      const own = { ...asked, purpose: 'branded', references }
      expect(await explain(own)).toMatchObject({ references: { threshold: 0.7 } })
      await expect(explain({ ...asked, references })).rejects.toMatchObject({
        param: 'reference_threshold',
      })
    })
  })

  test('finds those of a group that nobody rejected, and nobody else’s', async () => {
    await play(embedder(), async (stand, id) => {
      const { deps } = stand.gateway
      const cup = { ...first, prompt: 'a blue cup' }
      const { images } = await stand.ask(cup)
      const bad = images[0]?.record.id ?? ''
      const find = (names: readonly string[], where = here) => storedReferences(names, where, deps)
      const ids = (found: Awaited<ReturnType<typeof find>>) => found.map(({ image }) => image)
      expect(ids(await find(['group:spring']))).toEqual([bad, id])
      expect(ids(await find(['group:spring', id], { ...here, room: 1 }))).toEqual([id])
      await takeVerdict({ subject: bad, rater: 'me', isAccepted: false }, deps)
      expect(ids(await find(['group:spring']))).toEqual([id])
      // One that is named is taken all the same.
      expect(ids(await find([bad]))).toEqual([bad])
      const elsewhere = { tenant: 'there', room: 16 }
      for (const [name, where] of [
        [id, elsewhere],
        ['group:spring', elsewhere],
        ['group:autumn', here],
        [`img_${'0'.repeat(36)}`, here],
      ] as const) {
        const error = { code: 'not_found', param: 'references' }
        await expect(find([name], where)).rejects.toMatchObject(error)
      }
    })
  })

  test('pays for no look where nothing is left to compare with', async () => {
    await play(embedder(), async (stand) => {
      const references = [{ digest: 'e'.repeat(64), format: 'png' }] as const
      const asked = { ...first, prompt: 'a vase', references, referenceThreshold: 0.9 }
      const { costNano, warnings } = await stand.ask(asked)
      const message = 'references were not compared with: no reference is stored any more.'
      expect([costNano, warnings]).toMatchObject([CENT_NANO, [{ message }]])
    })
  })

  test.each([
    ['there is no embedder', undefined, 'none'],
    ['the embedder is emulated and the pictures are not', embedder(true), 'other'],
    ['the embedder does not answer', deaf, 'deaf'],
  ] as const)(
    'is told so where %s, and served nothing where it is strict',
    async (why, tool, kind) => {
      await play(tool, async (stand) => {
        const reference = { digest: digestOf(brand), format: 'png' } as const
        const asked = {
          ...first,
          prompt: 'a jug',
          references: [reference],
          referenceThreshold: 0.9,
        }
        const result = await stand.ask(asked)
        const warning = { code: 'parameter_dropped', param: 'references' }
        expect([why, result.warnings]).toMatchObject([why, [warning]])
        const spent = async () =>
          (await stand.stores.ledger.balance('key_someone', 'real')).spentNano
        const before = await spent()
        const strict = { ...asked, prompt: 'a jar', strict: true, onGateRefusal: 'fail' } as const
        const code = kind === 'deaf' ? 'gate_refused' : 'unsupported_parameter'
        await expect((async () => stand.ask(strict))()).rejects.toMatchObject({ code })
        // Only what nobody could know before was paid for.
        expect((await spent()) > before).toBe(kind === 'deaf')
        // What was not compared answers none that would be.
        const again = await stand.ask({ ...asked, cache: 'allow' })
        expect(again.cache).toBe({ deaf: 'MISS', none: 'HIT exact', other: 'OFF' }[kind])
      })
    },
  )
})
