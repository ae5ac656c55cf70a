import { expect, test } from 'vitest'
import { standOf } from '../../testing/emulator-stand.ts'
import emulator from './sandbox.ts'

const make = (model: string, body: object = {}, headers: object = {}, stand = standOf(emulator)) =>
  stand.ask('POST', '/openai/v1/images/generations', {
    body: { model, prompt: 'a cup', quality: 'low', ...body },
    headers: { authorization: undefined, 'api-key': 'key', ...headers },
  })

test.each([
  ['gpt-image-2', '0.00592'],
  ['img-prod-GPT-image-2-eu', '0.00592'],
  ['my-gpt-image-1-mini', '0.002192'],
])('the deployment %s is billed as its model', async (deployment, dollars) => {
  const stand = standOf(emulator)
  expect(await make(deployment, { size: '1024x1024' }, {}, stand)).toMatchObject({ status: 200 })
  expect(stand.bills).toEqual([dollars])
})

test('a FLUX model costs a picture and reports no tokens', async () => {
  const stand = standOf(emulator)
  const answer = await make('FLUX-1.1-pro', { quality: undefined }, {}, stand)
  expect(answer.json).not.toHaveProperty('usage')
  expect(stand.bills).toEqual(['0.04'])
})

test('a deployment without a model in its name does not exist', async () => {
  expect(await make('prod')).toMatchObject({
    status: 404,
    json: { error: { code: 'DeploymentNotFound' } },
  })
})

test('it takes the key of the resource or a bearer token, and no other', async () => {
  const token = { 'api-key': undefined, authorization: 'Bearer eyJ.a.b' }
  expect(await make('gpt-image-2', {}, token)).toMatchObject({ status: 200 })
  expect(await make('gpt-image-2', {}, { 'api-key': 'invalid' })).toMatchObject({
    status: 401,
    json: { error: { code: '401' } },
  })
  expect(await make('gpt-image-2', {}, { 'api-key': undefined })).toMatchObject({ status: 401 })
})

test('a filtered prompt carries what the filter found', async () => {
  const answer = await make('gpt-image-2', { prompt: 'sandbox:moderate-input' })
  expect(answer).toMatchObject({
    status: 400,
    json: { error: { code: 'contentFilter', inner_error: { content_filter_results: {} } } },
  })
})

test('other paths are not there', async () => {
  const stand = standOf(emulator)
  const answer = await stand.ask('POST', '/openai/deployments/x/images/generations')
  expect(answer).toMatchObject({ status: 404 })
})
