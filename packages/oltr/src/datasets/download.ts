// Gets the archives that their authors offer for direct download; says where the others are and how to lay them out. A
// download goes on where it stopped and takes its name only when its published checksum agrees.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DataError } from '../errors.ts'

export interface Archive {
  readonly url: string
  /** As its authors publish it, lower-case hexadecimal. */
  readonly md5: string
  readonly file: string
}

/** https://www.cs.toronto.edu/~kriz/cifar.html, binary versions. */
export const ARCHIVES: Readonly<Record<'cifar10' | 'cifar100', Archive>> = {
  cifar10: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    file: 'cifar-10-binary.tar.gz',
  },
  cifar100: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    md5: '03b5dce01913d631647c71ecec9e9cb8',
    file: 'cifar-100-binary.tar.gz',
  },
}

/** Sets behind an account, a form or a zip file: where they are, and the layout that the readers expect. */
export const BY_HAND: Readonly<Record<string, readonly string[]>> = {
  'imagenet-lt': [
    'Images: https://image-net.org (an account is needed), ILSVRC2012 training and validation images;',
    'open-set images: the ILSVRC2010 validation images that the open list names.',
    'Lists: https://github.com/zhmiao/OpenLongTailRecognition-OLTR links ImageNet_LT_{train,val,test,open}.txt.',
    'Expected: path/train/n01440764/*.JPEG, path/val/*.JPEG and so on, as the lists spell their paths;',
    'format list, lists.train ... lists.open, 115,846 / 20,000 / 50,000 / 18,000 images.',
  ],
  'places-lt': [
    'Images: http://places2.csail.mit.edu/download.html, Places365-Standard, small images (256x256), and Places-Extra69.',
    'Lists: https://github.com/zhmiao/OpenLongTailRecognition-OLTR links Places_LT_{train,val,test,open}.txt.',
    'Expected: paths as the lists spell them; format list, 62,500 / 7,300 / 36,500 / 6,600 images.',
  ],
  'inaturalist-18': [
    'https://github.com/visipedia/inat_comp/tree/master/2018: train_val2018.tar.gz (120 GB), train2018.json, val2018.json.',
    'Expected: path/train2018.json, path/val2018.json, path/train_val2018/...; format inaturalist,',
    '437,513 training and 24,426 validation images of 8,142 classes; the validation images are the test set.',
  ],
  'tiny-imagenet': [
    'http://cs231n.stanford.edu/tiny-imagenet-200.zip; unpack it.',
    'Expected: path/train/<wnid>/images, path/val/val_annotations.txt, path/test/images; format tiny-imagenet.',
  ],
}

export interface DownloadOptions {
  onProgress?: (bytes: number, total: number) => void
  /** Milliseconds without a byte after which the attempt ends; default 60,000. */
  idleTimeout?: number
}

/**
 * Downloads an archive into `folder` and returns its path; a finished one is checked and kept. Interrupted, it leaves
 * `<file>.part`, from which the next call goes on. Throws DataError when the server cannot be reached or the checksum is wrong,
 * with the steps to do it by hand.
 */
export async function downloadArchive(
  archive: Archive,
  folder: string,
  options: DownloadOptions = {},
): Promise<{ path: string; bytes: number; downloaded: boolean }> {
  const path = join(folder, archive.file)
  const part = `${path}.part`
  const present = await stat(path).catch(() => null)
  if (present) {
    const found = await md5Of(path)
    if (found === archive.md5) return { path, bytes: present.size, downloaded: false }
    throw new DataError(
      path,
      `expected MD5 ${archive.md5}, got ${found}; remove the file and download it again`,
    )
  }
  await mkdir(folder, { recursive: true })
  try {
    await fetchInto(archive.url, part, options)
  } catch (cause) {
    throw new DataError(
      path,
      `the download of ${archive.url} failed (${reasonOf(cause)}); run the command again to go on where it stopped, or get ` +
        `the file with a browser, put it at ${path} and check that its MD5 is ${archive.md5}`,
      { cause },
    )
  }
  const found = await md5Of(part)
  if (found !== archive.md5) {
    await rm(part, { force: true })
    throw new DataError(
      path,
      `${archive.url} gave other bytes than its authors published: expected MD5 ${archive.md5}, got ${found}; ` +
        'what came was removed, run the command again',
    )
  }
  const { size } = await stat(part)
  await rename(part, path)
  return { path, bytes: size, downloaded: true }
}

async function fetchInto(url: string, part: string, options: DownloadOptions): Promise<void> {
  const start = (await stat(part).catch(() => null))?.size ?? 0
  const idle = new AbortController()
  const limit = options.idleTimeout ?? 60_000
  let timer = setTimeout(() => idle.abort(), limit)
  try {
    const headers: Record<string, string> = start > 0 ? { range: `bytes=${start}-` } : {}
    const response = await fetch(url, { headers, signal: idle.signal })
    if (response.status === 416) return // nothing is left to send: the checksum decides
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`)
    // A server that does not know ranges, or answers another one, sends the whole file.
    const continues =
      response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${start}-`)
    let bytes = continues ? start : 0
    const total = bytes + Number(response.headers.get('content-length') ?? 0)
    // Written piece by piece, not piped: a pipe that breaks drops what it still holds.
    await using file = await open(part, continues ? 'a' : 'w')
    for await (const chunk of response.body) {
      clearTimeout(timer)
      timer = setTimeout(() => idle.abort(), limit)
      await file.writeFile(chunk)
      bytes += chunk.length
      options.onProgress?.(bytes, total)
    }
    if (bytes < total) throw new Error(`it ended after ${bytes} of ${total} bytes`)
  } finally {
    clearTimeout(timer)
  }
}

function reasonOf(cause: unknown): string {
  const error = cause as Error & { cause?: Error & { code?: string } }
  if (error.name === 'AbortError') return 'nothing came for a while'
  return error.cause?.code ?? error.cause?.message ?? error.message
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}
