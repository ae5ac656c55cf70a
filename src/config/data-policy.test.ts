import { expect, test } from 'vitest'
import { forbiddenBy } from './data-policy.ts'

test.each([
  ['no policy', {}, {}, undefined],
  ['the right region', { regions: ['eu'] }, { region: 'eu' }, undefined],
  ['another region', { regions: ['eu'] }, { region: 'us' }, /us/],
  ['no region', { regions: ['eu'] }, {}, /unknown region/],
  ['a short retention', { maxRetentionDays: 30 }, { retentionDays: 30 }, undefined],
  ['a long retention', { maxRetentionDays: 30 }, { retentionDays: 31 }, /31 days/],
  ['no retention said', { maxRetentionDays: 30 }, {}, /unknown time/],
  ['a service', { isSelfHostedOnly: true }, { region: 'eu' }, /own machines/],
  [
    'an own machine',
    { isSelfHostedOnly: true, regions: ['eu'] },
    { isSelfHosted: true },
    undefined,
  ],
])('%s', (_, policy, data, reason) => {
  const found = forbiddenBy(policy, data)
  if (reason === undefined) expect(found).toBeUndefined()
  else expect(found).toMatch(reason)
})
