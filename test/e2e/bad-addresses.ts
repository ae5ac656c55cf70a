import type { BadRequest } from './refusal.ts'

/** Texts in the place of an id: malformed, or on their way to another place. */
const WRONG_IDS = [
  'x',
  '1',
  'null',
  'undefined',
  'img_',
  'req_',
  'img_0000000000000000000000000000000000',
  `img_${'0'.repeat(35)}`,
  `img_${'0'.repeat(36)}`,
  `req_${'0'.repeat(36)}`,
  `IMG_${'0'.repeat(36)}`,
  `img_${'u'.repeat(36)}`,
  '..%2F..%2Fetc%2Fpasswd',
  '%2e%2e%2f%2e%2e%2fkeeprate.db',
  '..%5c..%5ckeeprate.db',
  '%00',
  "'%20or%20'1'%3D'1",
  '%3Cscript%3E',
  'a'.repeat(120),
  '%F0%9F%90%88',
]

const missing = (title: string, path: string): BadRequest => ({
  title,
  path,
  status: 404,
  code: 'not_found',
  param: 'id',
})

/** Look-ups with ids that no picture and no request has. */
const wrongIds: readonly BadRequest[] = WRONG_IDS.flatMap((id) => [
  missing(`the image ${id}`, `/v1/images/${id}`),
  missing(`the content of ${id}`, `/v1/images/${id}/content`),
  missing(`the request ${id}`, `/v1/requests/${id}`),
])

const nowhere = (path: string, expected: Partial<BadRequest> = {}): BadRequest => ({
  title: `the path ${path}`,
  path,
  status: 404,
  code: 'not_found',
  param: null,
  ...expected,
})

const query = (text: string, param: string, code = 'invalid_request'): BadRequest => ({
  title: `the list with ${text}`,
  path: `/v1/requests?${text}`,
  status: 400,
  code,
  param,
})

/** Addresses that lead nowhere. Every one of them is sent with a good key. */
export const badAddresses: readonly BadRequest[] = [
  ...wrongIds,
  nowhere('/v1'),
  nowhere('/v1/image'),
  nowhere('/v2/images/generations'),
  nowhere('/v1/images/generations/extra/more'),
  nowhere('/images/generations'),
  nowhere('/v1/images/generations', { status: 405, code: 'method_not_allowed' }),
  nowhere('/keeprate.db'),
  nowhere('/..%2f..%2fetc%2fpasswd'),
  nowhere('/.git/config'),
  nowhere(`/v1/images/${'a'.repeat(200)}`),
  nowhere('/v1/models/%E0%A4%A', { status: 400, code: 'invalid_request' }),
  nowhere('/%', { status: 400, code: 'invalid_request' }),
  nowhere('/v1/models/no-such-model', { code: 'model_not_found', param: 'model' }),
  nowhere('/v1/models/..%2f..%2fetc', { code: 'model_not_found', param: 'model' }),
  nowhere('/v1/models/%00', { code: 'model_not_found', param: 'model' }),
  nowhere('/v1/models/', { code: 'model_not_found', param: 'model' }),
  query('limit=0', 'limit'),
  query('limit=101', 'limit'),
  query('limit=1.5', 'limit'),
  query('limit=many', 'limit'),
  query('limit=1&limit=2', 'limit'),
  query('after=x', 'after'),
  query('after=%00', 'after'),
  query(`after=img_${'0'.repeat(36)}`, 'after'),
  query('before=x', 'before', 'unsupported_parameter'),
]
