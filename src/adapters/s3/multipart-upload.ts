import { type S3Client, S3Error } from './s3-client.ts'

/** Bytes of a part; S3 takes no less than 5 MiB but for the last one. */
const PART_BYTES = 8 * 1024 * 1024

/** What is sent in parts. */
export interface PartedUpload {
  readonly name: string
  readonly bytes: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** Sends an object in parts, one after the other; what fails leaves no parts behind. */
export async function uploadInParts(client: S3Client, upload: PartedUpload): Promise<void> {
  const { name, bytes, headers } = upload
  const begun = await client.call({
    ...{ method: 'POST', name, query: { uploads: '' }, headers, statuses: [200] },
  })
  const id = /<UploadId>([^<]{1,1000})<\/UploadId>/.exec(begun.text ?? '')?.[1]
  if (id === undefined) throw new S3Error('the object store began no upload', 'NoUploadId')
  const query = { uploadId: id }
  try {
    const tags = await sendParts(client, upload, query)
    const parts = tags.map((tag, index) => `<Part>${partText(index + 1, tag)}</Part>`).join('')
    const text = `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`
    const ended = await client.call({
      ...{ method: 'POST', name, query, bytes: Buffer.from(text), statuses: [200] },
      headers: { 'content-type': 'application/xml' },
    })
    // S3 answers 200 before it knows whether it will succeed.
    if (ended.text?.includes('<Error>') === true) {
      throw new S3Error('the object store could not join the parts', 'InternalError', 500)
    }
  } catch (error) {
    const abort = { method: 'DELETE', name, query, statuses: [200, 204, 404] } as const
    await client.call(abort).catch(() => undefined)
    throw error
  }
  const stored = await client.call({ method: 'HEAD', name, statuses: [200] })
  if (Number(stored.headers['content-length']) !== bytes.length) {
    throw new S3Error('the object store joined other bytes', 'BadDigest', 200)
  }
}

const partText = (number: number, tag: string): string =>
  `<PartNumber>${number}</PartNumber><ETag>${tag}</ETag>`

async function sendParts(
  client: S3Client,
  { name, bytes }: PartedUpload,
  query: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const tags: string[] = []
  for (let from = 0; from < bytes.length; from += PART_BYTES) {
    const answer = await client.call({
      ...{ method: 'PUT', name, statuses: [200], checksTag: true },
      query: { ...query, partNumber: String(tags.length + 1) },
      bytes: bytes.subarray(from, from + PART_BYTES),
    })
    tags.push(answer.headers.etag ?? '')
  }
  return tags
}
