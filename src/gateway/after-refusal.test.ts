import { describe, expect, test } from 'vitest'
import type { FailureClass } from '../core/errors/provider-failure.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import {
  draws,
  failed,
  inTurn,
  scriptedModel,
  scriptedProvider,
} from '../testing/scripted-provider.ts'

const refusals: readonly FailureClass[] = ['content_policy_input', 'content_policy_output']

/** A strict provider with two models, and a dearer one that draws. */
const pair = (refusal: FailureClass = 'content_policy_input') =>
  [
    scriptedProvider({
      id: 'strict',
      models: ['one', 'two'].map((id) => scriptedModel({ provider: 'strict', id })),
      play: () => failed(refusal),
    }),
    scriptedProvider({ id: 'open', usd: '0.05', play: draws(500) }),
  ] as const

describe('on_policy_refusal: fallback', () => {
  test.each(refusals)('%s: only another provider sees the request, and it is said', async (one) => {
    const [strict, open] = pair(one)
    await withGatewayStand({ providers: [strict, open] }, async ({ ask, stores }) => {
      const result = await ask({ onPolicyRefusal: 'fallback' })
      expect([strict.calls.length, open.calls.length]).toEqual([1, 1])
      expect(result).toMatchObject({ provider: 'open', route: 'fallback:2' })
      expect(result.warnings).toMatchObject([
        {
          code: 'policy_fallback',
          param: 'on_policy_refusal',
          message:
            `strict/one refused the content (${one}); ` +
            'it was then sent to open/painter, because on_policy_refusal is fallback.',
        },
      ])
      // A refused output was made, and is paid; a refused input is not.
      const paidNano = one === 'content_policy_output' ? 60_000_000n : 50_000_000n
      expect(result.costNano).toBe(paidNano)
      const record = await stores.requests.request(result.requestId)
      expect(record?.request).toMatchObject({ onPolicyRefusal: 'fallback' })
      expect(record?.summary?.warnings).toMatchObject([{ code: 'policy_fallback' }])
      expect(await stores.ledger.audit()).toEqual([])
    })
  })

  test('no other model of the provider that refused is tried', async () => {
    const [strict] = pair()
    const late = scriptedProvider({ id: 'late', usd: '0.07', play: () => failed('overloaded') })
    await withGatewayStand({ providers: [strict, late] }, async ({ ask }) => {
      const asked = ask({ onPolicyRefusal: 'fallback' })
      await expect(asked).rejects.toMatchObject({ code: 'content_policy_violation' })
      expect([strict.calls.length, late.calls.length]).toEqual([1, 1])
    })
  })

  test('is the default of a gateway that is set so, and a request may say stop', async () => {
    const [strict, open] = pair()
    const providers = [strict, open]
    const rules = { onPolicyRefusal: 'fallback' } as const
    await withGatewayStand({ providers, rules }, async ({ ask }) => {
      const stopped = ask({ onPolicyRefusal: 'stop' })
      await expect(stopped).rejects.toMatchObject({ code: 'content_policy_violation' })
      expect(open.calls).toHaveLength(0)
      expect((await ask()).provider).toBe('open')
    })
  })

  test('without a refusal nothing is said', async () => {
    const first = scriptedProvider({ id: 'first', play: inTurn(() => failed('overloaded')) })
    const open = scriptedProvider({ id: 'open', usd: '0.05', play: draws(500) })
    await withGatewayStand({ providers: [first, open] }, async ({ ask }) => {
      expect((await ask({ onPolicyRefusal: 'fallback' })).warnings).toEqual([])
    })
  })
})

test('another mode is refused by name', async () => {
  await withGatewayStand({ providers: [scriptedProvider()] }, async ({ ask }) => {
    const asked = async () => ask({ onPolicyRefusal: 'maybe' as 'stop' })
    await expect(asked()).rejects.toMatchObject({ param: 'on_policy_refusal' })
  })
})
