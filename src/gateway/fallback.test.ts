import { describe, expect, test } from 'vitest'
import type { GatewayError } from '../core/errors/gateway-error.ts'
import { type FailureClass, failureClasses } from '../core/errors/provider-failure.ts'
import type { ImageStore } from '../ports/image-store.ts'
import { until, withGatewayStand } from '../testing/gateway-stand.ts'
import { noisePng } from '../testing/noise-png.ts'
import {
  draws,
  failed,
  inTurn,
  type Play,
  produced,
  type Script,
  scriptedModel,
  scriptedProvider,
} from '../testing/scripted-provider.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'

const refusals: readonly FailureClass[] = ['content_policy_input', 'content_policy_output']
/** What is no failure of a provider: its pictures are there, and a gate does not let them pass. */
const ours: readonly FailureClass[] = ['gate_refused']
const others = failureClasses.filter((each) => ![...refusals, ...ours].includes(each))

/** A cheap provider with a script, and a dearer one that draws. */
const pair = (script: Script) =>
  [
    scriptedProvider({ id: 'cheap', ...script }),
    scriptedProvider({ id: 'dear', usd: '0.05', play: draws(500) }),
  ] as const

describe('after a failure', () => {
  test.each(others)('%s: the next offer of the plan makes the picture', async (failureClass) => {
    const [cheap, dear] = pair({ play: () => failed(failureClass) })
    await withGatewayStand({ providers: [cheap, dear] }, async ({ ask, stores }) => {
      const result = await ask()
      expect(result).toMatchObject({ provider: 'dear', route: 'fallback:2', attempts: 2 })
      expect([cheap.calls.length, dear.calls.length]).toEqual([1, 1])
      const attempts = await stores.requests.attempts(result.requestId)
      expect(attempts.map(({ outcome }) => outcome)).toEqual([failureClass, 'produced'])
      expect(await stores.ledger.audit()).toEqual([])
    })
  })

  test.each(refusals)('%s: no other offer sees the request', async (failureClass) => {
    const [cheap, dear] = pair({ play: () => failed(failureClass) })
    await withGatewayStand({ providers: [cheap, dear] }, async ({ ask, stores }) => {
      await expect(ask()).rejects.toMatchObject({ code: 'content_policy_violation' })
      expect([cheap.calls.length, dear.calls.length]).toEqual([1, 0])
      expect(await stores.ledger.audit()).toEqual([])
    })
  })

  test('one refused picture of two ends the plan; the other one is delivered', async () => {
    const models = [scriptedModel({ provider: 'cheap', maxImagesPerCall: 1 })]
    const play = inTurn(draws(), () => failed('content_policy_output'))
    const [cheap, dear] = pair({ models, play })
    await withGatewayStand({ providers: [cheap, dear] }, async ({ ask }) => {
      const result = await ask({ n: 2 })
      expect(result.images).toHaveLength(1)
      expect(result.warnings).toMatchObject([{ code: 'fewer_images', param: 'n' }])
      expect(dear.calls).toHaveLength(0)
    })
  })

  test('the same offer is never tried twice, and a plan has as many steps as allowed', async () => {
    const providers = ['a', 'b', 'c', 'd'].map((id) =>
      scriptedProvider({ id, play: () => failed('overloaded') }),
    )
    await withGatewayStand({ providers, limits: { planSteps: 3 } }, async ({ ask }) => {
      await expect(ask()).rejects.toMatchObject({ code: 'no_provider_available', retryable: true })
      expect(providers.map(({ calls }) => calls.length)).toEqual([1, 1, 1, 0])
    })
  })

  test('an error after money was spent does not invite to send the request again', async () => {
    const acme = scriptedProvider({ play: () => failed('overloaded', { billed: true }) })
    await withGatewayStand({ providers: [acme] }, async ({ ask }) => {
      await expect(ask()).rejects.toMatchObject({ retryable: false })
    })
  })

  test('what is missing is asked of the next offer, and no more', async () => {
    const one: Play = ({ expectedSize }) => produced([noisePng(expectedSize, 7)])
    const [cheap, dear] = pair({ play: one })
    await withGatewayStand({ providers: [cheap, dear] }, async ({ ask }) => {
      const result = await ask({ n: 3 })
      expect(result.images.map(({ record }) => record.provider)).toEqual(['cheap', 'dear', 'dear'])
      expect(dear.calls.map(({ n }) => n)).toEqual([2])
    })
  })

  test('a provider that throws may have sent the call: its cost is suspected', async () => {
    const [cheap, dear] = pair({
      play: () => {
        throw new Error('a defect of the adapter')
      },
    })
    await withGatewayStand({ providers: [cheap, dear] }, async ({ ask, stores }) => {
      const result = await ask()
      expect(result.provider).toBe('dear')
      expect(result.warnings).toMatchObject([{ code: 'cost_estimated' }])
      const [first] = await stores.requests.attempts(result.requestId)
      expect(first).toMatchObject({ outcome: 'timeout_unknown', costBasis: 'suspected' })
      expect(await stores.ledger.audit()).toEqual([])
    })
  })

  test('an input image that cannot be read costs nothing and harms nothing', async () => {
    const [cheap, dear] = pair({})
    const image = {
      digest: 'a'.repeat(64),
      format: 'png',
      width: 32,
      height: 32,
      hasAlpha: false,
      byteLength: 9,
    } as const
    const broken = async (): Promise<never> => {
      throw new Error('EIO')
    }
    const stand = {
      providers: [cheap, dear],
      images: (store: ImageStore): ImageStore => ({ ...store, get: broken }),
    }
    await withGatewayStand(stand, async ({ ask, stores }) => {
      const asked = ask({ operation: 'edit', images: [image] })
      await expect(asked).rejects.toMatchObject({ code: 'invalid_request' })
      expect([cheap.calls.length, dear.calls.length]).toEqual([0, 0])
      const balance = await stores.ledger.balance('key_someone', 'real')
      expect(balance).toEqual({ spentNano: 0n, heldNano: 0n })
    })
  })
})

describe('a deadline', () => {
  const clock = () => new VirtualClock()
  const slow =
    (time: VirtualClock, play: Play): Play =>
    async (call, context, index) => {
      await time.sleep(1_000)
      return play(call, context, index)
    }

  test('that is over ends the wait, not the work; the receipt is there later', async () => {
    const time = clock()
    const acme = scriptedProvider({ play: slow(time, draws()) })
    await withGatewayStand({ providers: [acme], clock: time }, async ({ ask, stores, gateway }) => {
      const asked = ask({ deadlineMs: 500 })
      const error = asked.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      await until(() => acme.calls.length === 1)
      await time.advance(500)
      const { code, requestId } = (await error) as GatewayError
      expect(code).toBe('deadline_exceeded')
      await time.advance(500)
      const receipt = await until(async () => {
        const record = await stores.requests.request(requestId ?? '')
        return record?.state === 'completed' ? record : undefined
      })
      expect(receipt.costNano).toBe(10_000_000n)
      await until(() => gateway.deps.bytes.inFlight === 0)
    })
  })

  test('that is over starts no further step', async () => {
    const time = clock()
    const [cheap, dear] = pair({ play: slow(time, () => failed('overloaded')) })
    await withGatewayStand({ providers: [cheap, dear], clock: time }, async ({ ask, gateway }) => {
      const asked = ask({ deadlineMs: 900 }).catch(() => undefined)
      await until(() => cheap.calls.length === 1)
      await time.advance(1_000)
      await asked
      await gateway.close()
      expect(dear.calls).toHaveLength(0)
    })
  })
})
