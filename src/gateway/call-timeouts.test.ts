import { expect, test } from 'vitest'
import type { ProviderCall } from '../ports/provider.ts'
import { withGatewayStand } from '../testing/gateway-stand.ts'
import {
  draws,
  failed,
  type Play,
  scriptedModel,
  scriptedProvider,
} from '../testing/scripted-provider.ts'

/** Calls that a limit is made of. */
const ENOUGH = 200

test('calls alike decide when one is cut off, until one was: then anew', async () => {
  const limits: (number | undefined)[] = []
  let fails = false
  const draw = draws()
  const play: Play = (call: ProviderCall, context, index) => {
    limits.push(context.timeoutMs)
    return fails ? failed('timeout_unknown') : draw(call, context, index)
  }
  const models = [scriptedModel({ provider: 'acme', timeoutMs: 300_000 })]
  const acme = scriptedProvider({ models, play })
  await withGatewayStand({ providers: [acme] }, async ({ ask }) => {
    const asked = Array.from({ length: ENOUGH }, (_, index) => ask({ prompt: `cup ${index}` }))
    for (const result of await Promise.all(asked)) result.release()
    expect(new Set(limits)).toEqual(new Set([300_000]))
    ;(await ask({ prompt: 'the next one' })).release()
    expect(limits.at(-1)).toBe(120_000)
    ;(await ask({ prompt: 'a larger one', size: '64x64' })).release()
    expect(limits.at(-1)).toBe(300_000)
    fails = true
    await ask({ prompt: 'too slow' }).catch(() => undefined)
    fails = false
    ;(await ask({ prompt: 'measured anew' })).release()
    expect(limits.at(-1)).toBe(300_000)
  })
})
