import { describe, expect, test } from 'vitest'
import { purposeSchema } from '../core/purpose/purpose.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { Judge } from '../ports/judge.ts'
import { type GatewayStand, withGatewayStand } from '../testing/gateway-stand.ts'
import { draws, scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'

/** A judge that refuses everything, for a tenth of a cent. */
function strictJudge(ceilingNano = 1_000_000n): Judge & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    ...{ asked, account: 'judge/seer', ceilingNano, isSimulated: false, version: 'seer#1' },
    judge: async ({ prompt, requirements }) => {
      asked.push(prompt)
      const rows = requirements.map((row) => ({ ...row, met: 'no' as const, evidence: '' }))
      return { ok: true, answer: { requirements: rows, artefacts: [] }, costNano: 1_000_000n }
    },
  }
}

const purpose = (more: object) =>
  purposeSchema.parse({ gates: ['judge'], deadline_s: 600, bad_image_cost: '0.02', ...more })

const purposes = {
  demanding: purpose({ floor: 0.85 }),
  easy: purpose({ floor: 0.1, bad_image_cost: '0' }),
  hasty: purpose({ floor: 0.9, deadline_s: 22 }),
  checked: purpose({ floor: 0.1, bad_image_cost: '0', strategy: 'cascade' }),
  plain: purpose({ floor: 0.85, strategy: 'direct' }),
}

const market = () =>
  (['budget', 'premium'] as const).map((tier, index) =>
    scriptedProvider({
      ...{ id: ['cheap', 'dear'][index] ?? '', usd: ['0.01', '0.05'][index] ?? '' },
      models: [
        scriptedModel({
          ...{ provider: ['cheap', 'dear'][index] ?? '', tier, typicalSeconds: 10 },
          qualities: [],
        }),
      ],
      play: draws(1 + 900 * index),
    }),
  )

interface Told {
  readonly gate: { readonly on: boolean; readonly reason: string }
  readonly steps: readonly (boolean | undefined)[]
  readonly gated: readonly unknown[]
  readonly looks: number
  readonly hold: string
}

/** Asks once; says what the receipt tells of the gate, and how often the judge was asked. */
async function play(
  draft: Partial<RequestDraft>,
  judge = strictJudge(),
): Promise<Told & { readonly error?: unknown; readonly route?: string | undefined }> {
  let told: Told & { readonly error?: unknown; readonly route?: string | undefined } = none
  const options = { providers: market(), hasDecoder: true, purposes, tools: { judge } }
  await withGatewayStand(options, async ({ ask, stores }: GatewayStand) => {
    const asked = await ask({ prompt: 'a fox', size: '32x32', ...draft }).catch((error) => error)
    const [record] = await stores.requests.list({ tenant: 'here', limit: 1 })
    const attempts = await stores.requests.attempts(record?.id ?? '')
    const rows = record?.plan.offers as readonly { step?: number; gated?: boolean }[]
    told = {
      gate: record?.plan.gate as unknown as Told['gate'],
      steps: rows.filter(({ step }) => step !== undefined).map(({ gated }) => gated),
      gated: attempts.filter(({ call }) => call.kind !== 'look').map(({ call }) => call.gated),
      looks: judge.asked.length,
      hold: String(record?.plan.hold),
      ...(asked instanceof Error ? { error: asked } : { route: asked.route }),
    }
    expect(await stores.ledger.audit()).toEqual([])
  })
  return told
}

const none: Told = { gate: { on: false, reason: '' }, steps: [], gated: [], looks: 0, hold: '' }

describe('a gate between planned attempts', () => {
  test('that pays looks at all but the last, which is delivered as it is', async () => {
    const told = await play({ purpose: 'demanding' })
    expect(told.gate).toMatchObject({ on: true, reason: 'pays' })
    expect(told.gated.slice(0, 3)).toEqual([true, true, false])
    expect([told.looks, told.route]).toEqual([2, 'cascade:2'])
    expect(told.steps.slice(0, 3)).toEqual([true, true, false])
  })

  test('that does not pay is off: nobody looks, nothing is held, and it is said', async () => {
    const told = await play({ purpose: 'easy' })
    expect(told.gate).toMatchObject({ on: false, reason: 'unpaid' })
    expect([told.looks, told.route, told.gated]).toEqual([0, 'direct', [false]])
    expect(told.steps.every((isGated) => isGated === false)).toBe(true)
    // Both offers at their worst, and no look.
    expect(told.hold).toBe('0.06')
  })

  test.each([
    ['by a purpose that wants a cascade', { purpose: 'checked' }],
    ['by who wants no unchecked picture', { purpose: 'easy', onGateRefusal: 'fail' as const }],
  ])('required %s is on, and reserves follow what it refuses', async (_, draft) => {
    const told = await play(draft)
    expect(told.gate).toMatchObject({ on: true, reason: 'required' })
    expect([told.looks, told.gated]).toEqual([2, [true, true]])
    expect(told.hold).toBe('0.062')
    expect(told.error === undefined).toBe(draft.purpose === 'checked')
  })

  test('is absent where a purpose is made directly', async () => {
    const told = await play({ purpose: 'plain' })
    expect([told.looks, told.route]).toEqual([0, 'direct'])
  })
})

describe('when there is no time for a planned second attempt', () => {
  test('a purpose’s time is soft: what is refused goes to an offer in reserve', async () => {
    const told = await play({ purpose: 'hasty' })
    expect(told.gate).toMatchObject({ on: true, reason: 'late' })
    expect([told.looks, told.route]).toEqual([2, 'cascade:1'])
  })

  test('a deadline that the caller named is kept: nothing is checked in vain', async () => {
    const told = await play({ purpose: 'hasty', deadlineMs: 22_000 })
    expect(told.gate).toMatchObject({ on: false, reason: 'late' })
    expect([told.looks, told.route]).toEqual([0, 'direct'])
  })

  test('nor is a reserve begun that would hardly be in time', async () => {
    const draft = { purpose: 'checked', deadlineMs: 9_000 }
    const told = await play(draft)
    expect([told.looks, told.route]).toEqual([1, 'direct'])
    expect((await play({ ...draft, deadlineMs: 20_000 })).route).toBe('cascade:1')
  })
})
