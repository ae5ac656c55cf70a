import { describe, expect, test } from 'vitest'
import { type GatewayStand, withGatewayStand } from '../testing/gateway-stand.ts'
import { scriptedProvider } from '../testing/scripted-provider.ts'
import { takeFigure, takeVerdict } from './feedback-desk.ts'

const withStand = (use: (stand: GatewayStand) => Promise<void>) =>
  withGatewayStand({ providers: [scriptedProvider()] }, use)
const given = (subject: string, isAccepted: boolean, tenant?: string) => ({
  ...{ subject, isAccepted, rater: 'ann' },
  ...(tenant === undefined ? {} : { tenant }),
})

describe('a verdict', () => {
  test('that rejects takes the picture out of the cache: it is never served again', () =>
    withStand(async ({ ask, gateway }) => {
      const first = await ask()
      const id = first.images[0]?.record.id ?? ''
      await takeVerdict(given(id, true), gateway.deps)
      expect((await ask()).cache).toBe('HIT exact')
      await takeVerdict(given(id, false), gateway.deps)
      const second = await ask()
      expect([second.cache, second.images[0]?.record.id === id]).toEqual(['MISS', false])
    }))

  test('on a request is one on each of its pictures, and is told with what was said before', () =>
    withStand(async ({ ask, gateway, events }) => {
      const { requestId, images } = await ask({ n: 2 })
      expect(await takeVerdict(given(requestId, true), gateway.deps)).toHaveLength(2)
      await takeVerdict(given(images[0]?.record.id ?? '', false), gateway.deps)
      const told = events.filter(({ kind }) => kind === 'verdict-given')
      expect(told).toHaveLength(3)
      expect(told[2]).toMatchObject({
        verdict: { isAccepted: false },
        before: { isAccepted: true },
      })
    }))

  test('of another tenant, on nothing, or on what is no id is refused', () =>
    withStand(async ({ ask, gateway }) => {
      const id = (await ask()).images[0]?.record.id ?? ''
      const { deps } = gateway
      await expect(takeVerdict(given(id, true, 'there'), deps)).rejects.toMatchObject({
        code: 'not_found',
      })
      await expect(takeVerdict(given('img_none', true), deps)).rejects.toMatchObject({
        code: 'invalid_request',
        param: 'id',
      })
    }))
})

describe('a figure of the business', () => {
  test('is weak evidence: a newer one takes its place, a word of somebody outweighs it', () =>
    withStand(async ({ ask, gateway, stores, events }) => {
      const id = (await ask()).images[0]?.record.id ?? ''
      const outcomeAfter = async (told: Promise<unknown>) => {
        await told
        return (await stores.beliefs.sighting(id))?.sighting.outcome
      }
      const figure = (value: number) =>
        takeFigure({ subject: id, value, baseline: 2 }, gateway.deps)
      expect(await outcomeAfter(figure(1.9))).toEqual({ fate: 'reject', weight: 0.3 })
      expect(await outcomeAfter(figure(2))).toEqual({ fate: 'accept', weight: 0.3 })
      expect(events.filter(({ kind }) => kind === 'verdict-given')).toEqual([])
      expect((await ask()).cache).toBe('HIT exact')
      const said = takeVerdict(given(id, false), gateway.deps)
      expect(await outcomeAfter(said)).toEqual({ fate: 'reject', weight: 1 })
      expect(await outcomeAfter(figure(9))).toEqual({ fate: 'reject', weight: 1 })
      const foreign = { subject: id, tenant: 'there', value: 1, baseline: 1 }
      await expect(takeFigure(foreign, gateway.deps)).rejects.toMatchObject({ code: 'not_found' })
    }))
})
