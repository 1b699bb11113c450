import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { type CodeArchive, FunctionNotRun } from '../../kernel/functions.ts'
import { BadArchive, readZip, type ZipEntry } from './zip.ts'

/** Archives unpacked in folders that are named by their digests; missing ones are made again. */
export class CodeCache {
  readonly #root: string
  readonly #making = new Map<string, Promise<string>>()

  /** @param root the folder for all of them; made when it is missing */
  constructor(root: string) {
    this.#root = root
  }

  /** The folder of an archive. */
  folderOf(archive: CodeArchive): Promise<string> {
    const folder = join(this.#root, archive.digest)
    if (existsSync(folder)) return Promise.resolve(folder)
    return this.#once(folder, async () => readZip(await archive.load()))
  }

  /** The folder in which several archives lie over one another, later ones on top. */
  async mergedFolderOf(archives: readonly CodeArchive[]): Promise<string | undefined> {
    if (archives.length === 0) return undefined
    const folder = join(this.#root, archives.map(({ digest }) => digest.slice(0, 24)).join('-'))
    if (existsSync(folder)) return folder
    return this.#once(folder, async () => {
      const merged = new Map<string, ZipEntry>()
      for (const archive of archives)
        for (const entry of readZip(await archive.load())) merged.set(entry.path, entry)
      return [...merged.values()]
    })
  }

  #once(folder: string, read: () => Promise<readonly ZipEntry[]>): Promise<string> {
    let making = this.#making.get(folder)
    if (making === undefined) {
      making = this.#make(folder, read).finally(() => this.#making.delete(folder))
      this.#making.set(folder, making)
    }
    return making
  }

  async #make(folder: string, read: () => Promise<readonly ZipEntry[]>): Promise<string> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 })
    // Node.js looks for packages upwards: this is where it stops.
    await writeFile(join(this.#root, 'package.json'), '{}\n')
    const building = await mkdtemp(join(this.#root, 'unpacking-'))
    try {
      await unpack(await read(), building)
      await chmod(building, 0o755)
      // Another process may have been faster; what it made is the same.
      await rename(building, folder).catch((error: unknown) => {
        if (!existsSync(folder)) throw error
      })
    } catch (error) {
      if (error instanceof BadArchive) throw new FunctionNotRun('code', error.message)
      throw error
    } finally {
      await rm(building, { recursive: true, force: true })
    }
    return folder
  }
}

async function unpack(entries: readonly ZipEntry[], root: string): Promise<void> {
  const folders = new Set<string>()
  const ensure = async (path: string) => {
    if (folders.has(path)) return
    await mkdir(path, { recursive: true, mode: 0o755 })
    folders.add(path)
  }
  const links: ZipEntry[] = []
  for (const entry of entries) {
    const path = join(root, entry.path)
    if (entry.kind === 'folder') await ensure(path)
    else if (entry.kind === 'link') links.push(entry)
    else {
      await ensure(dirname(path))
      const mode = entry.mode & 0o111 ? 0o755 : 0o644
      await writeFile(path, entry.read(), { flag: 'wx', mode })
    }
  }
  // Links come last, so that nothing is ever written through one.
  for (const entry of links) {
    const to = entry.read().toString()
    const inside = normalize(join('/', dirname(entry.path), to)).slice(1)
    const leaves = to.startsWith('/') || normalize(join(dirname(entry.path), to)).startsWith('..')
    if (leaves || inside.includes('\0')) throw new BadArchive(`${entry.path} leads elsewhere`)
    await ensure(dirname(join(root, entry.path)))
    await symlink(to, join(root, entry.path))
  }
}
