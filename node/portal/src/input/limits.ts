/** Most bytes of a file that is looked at, of a statement above all. */
export const FILE_MAX = 32 * 1024 * 1024;
/** Most bytes of a proof file (spec §13.1). */
export const PROOF_MAX = 524_288;
/** Most files that are taken from one archive. */
export const ARCHIVE_FILES_MAX = 200;
/** Most bytes of a file in an archive. */
export const ARCHIVED_MAX = 4 * 1024 * 1024;
