import { expect, test } from 'vitest'
import { neverOpen } from '../src/core/breaker/breaker.ts'
import type { Tier } from '../src/core/catalog/model.ts'
import type { Experiment } from '../src/core/experiments/experiment.ts'
import type { JsonObject } from '../src/core/json.ts'
import {
  draws,
  failed,
  type Play,
  scriptedModel,
  scriptedProvider,
} from '../src/testing/scripted-provider.ts'
import { type HttpStand, withHttpStand } from './http-stand.ts'

const admin = { authorization: 'Bearer sk-admin' }

const provider = (id: string, usd: string, { tier, play }: { tier: Tier; play: Play }) =>
  scriptedProvider({
    ...{ id, usd, play },
    models: [
      scriptedModel({ provider: id, id: 'painter', tier, typicalSeconds: 2, qualities: [] }),
    ],
  })

/** The best one is what would be taken without an experiment. */
const market = () => {
  const broken = new Set<string>()
  const play =
    (id: string): Play =>
    (...call) =>
      broken.has(id) ? failed('overloaded') : draws()(...call)
  return {
    broken,
    providers: [
      provider('toy', '0.001', { tier: 'budget', play: play('toy') }),
      provider('cheap', '0.01', { tier: 'standard', play: play('cheap') }),
      provider('dear', '0.02', { tier: 'premium', play: play('dear') }),
    ],
  }
}

const bodyOf = async (answer: Promise<Response>) => (await (await answer).json()) as JsonObject

const manage = ({ ask }: HttpStand, method: string, path = '', body?: unknown) =>
  ask(method, `/v1/route/experiments${path}`, { headers: admin, body })

let prompts = 0
/** Asks for a picture. @returns its receipt. */
async function receiptOf({ ask }: HttpStand, user: string, keeprate: JsonObject = {}) {
  prompts += 1
  const answer = await ask('POST', '/v1/images/generations', {
    body: {
      ...{ model: 'auto:thumbnail', prompt: `cup ${prompts}`, size: '32x32', user },
      keeprate: { floor: 0.3, ...keeprate },
    },
  })
  expect(answer.status).toBe(200)
  const id = answer.headers.get('x-request-id')
  const receipt = await bodyOf(ask('GET', `/v1/requests/${id}`))
  const { experiment } = receipt.explain as JsonObject
  const [attempt] = receipt.attempts as JsonObject[]
  return { id, experiment: experiment as JsonObject | undefined, offer: attempt?.offer }
}

const terms = { purpose: 'thumbnail', a: 'cheap/painter', b: 'dear/painter', share: 1 }

test('an experiment gives each person one offer, and names the better one by verdicts', () => {
  const { providers, broken } = market()
  return withHttpStand({ providers, breaker: neverOpen }, async (stand) => {
    const before = await receiptOf(stand, 'ann')
    expect(before).toMatchObject({ experiment: undefined, offer: 'toy/painter' })
    const started = await bodyOf(manage(stand, 'POST', '', terms))
    expect(started).toMatchObject({ ...terms, category: null, stopped_at: null })
    const path = `/${started.id}`
    expect(await bodyOf(manage(stand, 'GET', path))).toMatchObject({
      ...{ state: 'running', p_value: 1, difference: { low: -1, high: 1 } },
      arms: { a: { requests: 0, per_accepted: null }, b: { acceptance: null } },
    })
    const seen = new Map<string, unknown>()
    for (let turn = 0; turn < 30; turn += 1) {
      const user = `user ${turn % 15}`
      const { id, experiment, offer } = await receiptOf(stand, user, { floor: 0 })
      expect(experiment?.id).toBe(started.id)
      const { arm } = experiment as { readonly arm: 'a' | 'b' }
      expect(offer).toBe(terms[arm])
      expect(seen.get(user) ?? arm).toBe(arm)
      seen.set(user, arm)
      const said = { body: { accepted: arm === 'b' } }
      expect((await stand.ask('POST', `/v1/requests/${id}/feedback`, said)).status).toBe(200)
    }
    const shown = await bodyOf(manage(stand, 'GET', path))
    const { a, b } = shown.arms as Record<'a' | 'b', JsonObject>
    expect(Number(a?.requests) + Number(b?.requests)).toBe(30)
    expect(Number(a?.requests)).toBeGreaterThan(6)
    expect(a).toMatchObject({ judged: a?.requests, accepted: 0, per_accepted: null })
    expect(b).toMatchObject({ accepted: b?.requests, acceptance: 1, per_accepted: '0.02' })
    expect(shown).toMatchObject({ state: 'b_better', stopped_at: null })
    expect(Number((shown.difference as JsonObject).low)).toBeGreaterThan(0)

    // Whose offer fails gets a picture all the same, and counts where he belongs.
    broken.add('cheap')
    const [unlucky = ''] = [...seen].find(([, arm]) => arm === 'a') ?? []
    expect(await receiptOf(stand, unlucky, { floor: 0 })).toMatchObject({
      experiment: { arm: 'a' },
    })
    broken.clear()

    const stopped = await bodyOf(manage(stand, 'DELETE', path))
    expect(stopped).toMatchObject({ state: 'b_better', stopped_at: expect.any(String) })
    expect((await receiptOf(stand, unlucky)).experiment).toBeUndefined()
    expect((await manage(stand, 'DELETE', path)).status).toBe(404)
    const { data } = await bodyOf(manage(stand, 'GET'))
    expect(data).toMatchObject([{ id: started.id, stopped_at: stopped.stopped_at }])
  })
})

test('requests take no part where a ban, a limit or a floor keeps one of the offers away', () => {
  const { providers } = market()
  return withHttpStand({ providers, breaker: neverOpen }, async (stand) => {
    await manage(stand, 'POST', '', { ...terms, a: 'toy/painter' })
    const taken = async (keeprate: JsonObject = {}, user = 'ann') =>
      (await receiptOf(stand, user, keeprate)).experiment !== undefined
    expect(await taken()).toBe(true)
    expect(await taken({ max_cost: '0.015' })).toBe(false)
    expect(await taken({ floor: 0.8 })).toBe(false)
    expect(await taken({ purpose: 'preview' })).toBe(false)
    const ban = { headers: admin, body: { kind: 'ban', offer: 'dear' } }
    expect((await stand.ask('POST', '/v1/route/orders', ban)).status).toBe(200)
    expect(await taken()).toBe(false)
  })
})

test('what cannot be compared is refused with what is wrong', () =>
  withHttpStand({ providers: market().providers }, async (stand) => {
    const refused = async (changes: JsonObject) => {
      const answer = await manage(stand, 'POST', '', { ...terms, ...changes })
      const { error } = (await answer.json()) as { readonly error?: { readonly param: string } }
      return [answer.status, error?.param]
    }
    expect(await refused({ a: 'nobody/nothing' })).toEqual([400, 'a'])
    expect(await refused({ a: 'cheap' })).toEqual([400, 'a'])
    expect(await refused({ b: terms.a })).toEqual([400, 'b'])
    expect(await refused({ share: 0 })).toEqual([400, 'share'])
    expect(await refused({ purpose: ' ' })).toEqual([400, 'purpose'])
    expect(await refused({ category: 'glass' })).toEqual([200, undefined])
    expect(await refused({ category: 'food' })).toEqual([200, undefined])
    expect((await manage(stand, 'GET', '/exp_unknown')).status).toBe(404)
    const plain = await stand.ask('GET', '/v1/route/experiments')
    expect(plain.status).toBe(403)
  }))

test('experiments that some requests would belong to are refused, by the name of the other', () =>
  withHttpStand({ providers: market().providers }, async (stand) => {
    const { experiments } = stand.stores
    const start = (changes: JsonObject) => manage(stand, 'POST', '', { ...terms, ...changes })
    const { id } = await bodyOf(start({ category: 'glass' }))
    const refused = await start({})
    expect(refused.status).toBe(409)
    expect(refused.headers.get('x-should-retry')).toBe('false')
    expect(await refused.json()).toMatchObject({
      error: { code: 'experiment_overlap', message: expect.stringContaining(`${id}`) },
    })
    expect((await start({ category: 'glass' })).status).toBe(409)
    expect((await start({ category: 'food' })).status).toBe(200)
    expect((await start({ purpose: 'blog' })).status).toBe(200)
    await manage(stand, 'DELETE', `/${id}`)
    expect((await start({ category: 'glass' })).status).toBe(200)

    // Another replica starts one at the very same time.
    const begin = experiments.start
    Object.assign(experiments, {
      start: async (own: Experiment) => {
        await begin({ ...own, id: 'exp_other' })
        await begin(own)
      },
    })
    const late = await start({ purpose: 'hero' })
    expect([late.status, await late.text()]).toEqual([409, expect.stringContaining('exp_other')])
    const running = (await experiments.list()).filter(({ stoppedAt }) => stoppedAt === undefined)
    const ofHero = running.filter(({ purpose }) => purpose === 'hero')
    expect(ofHero.map((each) => each.id)).toEqual(['exp_other'])
  }))
