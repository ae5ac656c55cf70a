import { describe, expect, test } from 'vitest'
import type { Provider } from '../ports/provider.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import { draws, failed, type Play, scriptedProvider } from '../testing/scripted-provider.ts'

/** A provider with two keys. @param first what the first one answers. */
function provider(first: Play = draws()) {
  const draw = draws(300)
  const made = scriptedProvider({
    play: (call, context, index) =>
      (context.credential === 'first' ? first : draw)(call, context, index),
  })
  const credentials = [
    { id: 'first', weight: 2 },
    { id: 'second', weight: 1 },
  ]
  return { ...made, credentials } satisfies Provider
}

const keysOf = async (
  acme: Provider,
  requests: number,
): Promise<readonly (readonly [string, string])[]> => {
  const used: (readonly [string, string])[] = []
  await withGatewayStand({ providers: [acme] }, async ({ ask, stores }) => {
    for (let index = 0; index < requests; index += 1) {
      const result = await ask({ prompt: `cup ${index}` }).catch((error) => error)
      const attempts = await stores.requests.attempts(result.requestId ?? '')
      for (const { call, outcome } of attempts) {
        used.push([String(call.credential), String(outcome)])
      }
    }
  })
  return used
}

describe('of several keys', () => {
  test('each is taken by its weight, and receipts name it', async () => {
    const used = await keysOf(provider(), 6)
    const names = used.map(([name]) => name)
    expect(names).toEqual(['first', 'first', 'second', 'first', 'first', 'second'])
  })

  test('one that is refused is left out at once; the other makes all pictures', async () => {
    const used = await keysOf(
      provider(() => failed('auth')),
      5,
    )
    expect(used[0]).toEqual(['first', 'auth'])
    expect(used.slice(1)).toEqual(Array(4).fill(['second', 'produced']))
  })

  test('one that has had too many calls waits, and the other goes on', async () => {
    const limited: Play = () => failed('rate_limited', { retryAfterMs: 30_000 })
    const used = await keysOf(provider(limited), 4)
    expect(used[0]).toEqual(['first', 'rate_limited'])
    expect(used.slice(1)).toEqual(Array(3).fill(['second', 'produced']))
  })
})
