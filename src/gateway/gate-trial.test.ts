import { expect, test } from 'vitest'
import { purposeSchema } from '../core/purpose/purpose.ts'
import type { Judge } from '../ports/judge.ts'
import { type GatewayStand, withGatewayStand } from '../testing/gateway-stand.ts'
import { draws, scriptedModel, scriptedProvider } from '../testing/scripted-provider.ts'
import { takeVerdict } from './feedback-desk.ts'

const LOOK_NANO = 100_000n
/** What people know of the usual gate before they have said anything. */
const MANY = 4_000

const refusing: Judge = {
  ...{ account: 'judge/seer', ceilingNano: LOOK_NANO, isSimulated: false, version: 'seer#1' },
  judge: async ({ requirements }) => {
    const rows = requirements.map((row) => ({ ...row, met: 'no' as const, evidence: '' }))
    return { ok: true, answer: { requirements: rows, artefacts: [] }, costNano: LOOK_NANO }
  },
}
const silent: Judge = {
  ...refusing,
  judge: async () => ({ ok: false, reason: 'no answer', costNano: 0n }),
}

const purposes = {
  demanding: purposeSchema.parse({ gates: ['judge'], floor: 0.85, bad_image_cost: '0.02' }),
}
const wanted = { purpose: 'demanding', size: '32x32' } as const

const withMarket = (use: (stand: GatewayStand) => Promise<void>, judge = refusing) => {
  const model = scriptedModel({ provider: 'cheap', tier: 'premium', qualities: [] })
  const providers = [scriptedProvider({ id: 'cheap', models: [model], play: draws(1) })]
  return withGatewayStand({ providers, hasDecoder: true, purposes, tools: { judge } }, use)
}

/** People keep as many of the pictures that the gate passes as of those that it refuses. */
function findUseless({ gateway, clock }: GatewayStand): void {
  const { desk } = gateway.deps.learning
  const context = {
    ...{ purpose: 'demanding', category: 'other', size: 'small' as const },
    ...{ needsText: false, needsEdit: false, isTransparent: false },
  }
  const arm = { model: 'cheap/painter', tier: '' }
  const gateVersion = desk.gateVersionAt(context.purpose)
  const version = gateVersion === undefined ? {} : { gateVersion }
  for (let turn = 0; turn < MANY; turn += 1) {
    const verdict = turn % 2 === 0 ? 'pass' : 'fail'
    const fate = turn % 4 < 2 ? 'accept' : 'reject'
    const outcome = { fate, weight: 1 } as const
    const sighting = { verdict, isShown: true, outcome, ...version } as const
    desk.note({ arm, context, reach: 1, at: clock.now() }, sighting)
  }
  for (let turn = 0; turn < 8; turn += 1) desk.think(clock.now() + turn * 3_600_001)
}

/** Draws that choose a trial, or none; ids stay as they are. */
function draw({ gateway }: GatewayStand, byte: number): void {
  const { random } = gateway.deps
  const bytes = random.bytes.bind(random)
  Object.assign(random, {
    bytes: (count: number) => (count === 4 ? new Uint8Array(4).fill(byte) : bytes(count)),
  })
}

const receiptOf = async ({ stores }: GatewayStand, requestId: string) =>
  (await stores.requests.request(requestId))?.plan

test('a useless gate is tried now and then: it looks, refuses nothing, and is believed anew', () =>
  withMarket(async (stand) => {
    findUseless(stand)
    draw(stand, 128)
    const quiet = await stand.ask({ ...wanted, prompt: 'one' })
    expect(await receiptOf(stand, quiet.requestId)).toMatchObject({
      gate: { on: false, reason: 'useless' },
      decision: { exploring: false, extra_cost: '0' },
    })
    draw(stand, 0)
    const tried = await stand.ask({ ...wanted, prompt: 'two' })
    expect(tried).toMatchObject({ route: 'direct', images: [{}] })
    expect(tried.warnings.map(({ code }) => code)).toContain('gate_refused')
    expect(await receiptOf(stand, tried.requestId)).toMatchObject({
      gate: { on: true, reason: 'trial' },
      decision: { exploring: true, extra_cost: '0.0001' },
      offers: [{ reason: 'chosen', gated: true }],
    })
    const [subject = ''] = tried.images.map(({ record }) => record.id)
    await takeVerdict({ subject, rater: 'me', isAccepted: true }, stand.gateway.deps)
    const kept = await stand.stores.beliefs.sighting(subject)
    expect(kept?.sighting).toMatchObject({
      ...{ verdict: 'fail', outcome: { fate: 'accept' } },
      gateVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
    })
    const limited = await stand.ask({ ...wanted, prompt: 'three', maxCost: '1' })
    expect(await receiptOf(stand, limited.requestId)).toMatchObject({ gate: { reason: 'useless' } })
    expect(await stand.stores.ledger.audit()).toEqual([])
  }))

test('a picture that no gate could tell anything about is no evidence of a pass', () =>
  withMarket(async (stand) => {
    const { images } = await stand.ask({ ...wanted, strategy: 'auto', onGateRefusal: 'fail' })
    const [record] = images.map((image) => image.record)
    expect(record?.quality).toMatchObject({ gates: [{}, {}, {}, { outcome: 'unknown' }] })
    const kept = await stand.stores.beliefs.sighting(record?.id ?? '')
    expect(kept?.sighting).toEqual({ isShown: true })
  }, silent))
