/** Where an S3-compatible store is and how it is spoken to. */
export interface S3Settings {
  readonly bucket: string
  /** Before every name, without slashes at its ends; empty = the bucket itself. */
  readonly prefix: string
  /** Such as `https://s3.eu-central-1.amazonaws.com` or `http://minio:9000`. */
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** The bucket stands in the path, not in the host's name; MinIO and most others want that. */
  readonly isPathStyle: boolean
  /** The endpoint may lie on a private or loopback address. */
  readonly allowPrivate: boolean
}

/** The address of an object, built from parts, never by text: a name cannot leave its bucket. */
export function objectUrl(settings: S3Settings, name: string): URL {
  const { endpoint, bucket, prefix, isPathStyle } = settings
  const url = new URL(endpoint)
  if (!isPathStyle) url.hostname = `${bucket}.${url.hostname}`
  const path = [isPathStyle ? bucket : '', prefix, name].filter((part) => part !== '').join('/')
  url.pathname = `/${path.split('/').map(encodeURIComponent).join('/')}`
  return url
}
