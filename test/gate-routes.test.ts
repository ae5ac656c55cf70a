import { expect, test } from 'vitest'
import type { JsonObject } from '../src/core/json.ts'
import { purposeSchema } from '../src/core/purpose/purpose.ts'
import type { Judge } from '../src/ports/judge.ts'
import { scriptedModel, scriptedProvider } from '../src/testing/scripted-provider.ts'
import { type HttpStand, withHttpStand } from './http-stand.ts'

const admin = { authorization: 'Bearer sk-admin' }
/** Prompts with this word get a picture that meets one requirement of two. */
const BAD = 'crooked'

/** It sees what is wrong, and what somebody wants beside that. */
const judge: Judge = {
  ...{ account: 'judge/seer', ceilingNano: 10_000n, isSimulated: false, version: 'seer#1' },
  judge: async ({ prompt, requirements }) => {
    const rows = requirements.map((row, index) => ({
      ...{ ...row, evidence: '' },
      met: index === 0 && prompt.includes(BAD) ? ('no' as const) : ('yes' as const),
    }))
    return { ok: true, answer: { requirements: rows, artefacts: [] }, costNano: 10_000n }
  },
}
const judged = purposeSchema.parse({
  gates: [{ gate: 'judge', threshold: 0.2, requirements: [{ ask: 'it is level' }] }],
})
const models = [scriptedModel({ qualities: [] })]

async function reportOf({ ask }: HttpStand, query = ''): Promise<readonly JsonObject[]> {
  const answer = await ask('GET', `/v1/gates${query}`, { headers: admin })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { readonly data: readonly JsonObject[] }).data
}

test('thresholds are promised by what people said of pictures that were scored', () =>
  withHttpStand(
    {
      ...{ providers: [scriptedProvider({ models })], hasDecoder: true, tools: { judge } },
      purposes: { judged, plain: purposeSchema.parse({}) },
    },
    async (stand) => {
      const { ask } = stand
      const few = await reportOf(stand)
      expect(few).toMatchObject([
        {
          ...{ purpose: 'judged', version: expect.stringMatching(/^[0-9a-f]{12}$/) },
          ...{ gates: ['judge'], now: { reason: expect.any(String) } },
          rates: { pass_good: 0.88, pass_bad: 0.24, useful: true },
          thresholds: [
            {
              ...{ gate: 'judge', threshold: 0.2, labels: { good: 0, bad: 0 } },
              promised: { max_bad: 0.05, threshold: null, reason: expect.stringMatching(/59/) },
            },
          ],
        },
      ])
      for (let turn = 0; turn < 18; turn += 1) {
        const isGood = turn < 12
        const made = await ask('POST', '/v1/images/generations', {
          body: {
            ...{ model: 'auto:cheapest', size: '32x32', keeprate: { purpose: 'judged' } },
            prompt: `a shelf, number ${turn}${isGood ? '' : `, ${BAD}`}`,
          },
        })
        const id = made.headers.get('x-request-id')
        const said = await ask('POST', `/v1/requests/${id}/feedback`, {
          body: { accepted: isGood },
        })
        expect([made.status, said.status]).toEqual([200, 200])
      }
      // Nine labels can prove three in ten.
      const promised = async (maxBad: string) =>
        (await reportOf(stand, `?purpose=judged&max_bad=${maxBad}`)).map(
          ({ thresholds }) => (thresholds as JsonObject[])[0],
        )
      expect(await promised('0.3')).toMatchObject([
        {
          labels: { good: 12, bad: 6 },
          promised: { max_bad: 0.3, threshold: 1, bound: 0.2209, pass_good: 1, pass_bad: 0 },
        },
      ])
      expect(await promised('0.16')).toMatchObject([
        { promised: { threshold: null, reason: expect.stringMatching(/nothing would pass/) } },
      ])
      expect(await reportOf(stand, '?purpose=plain')).toEqual([])
      const wrong = await ask('GET', '/v1/gates?max_bad=2', { headers: admin })
      expect(wrong.status).toBe(400)
      expect((await ask('GET', '/v1/gates')).status).toBe(403)
    },
  ))
