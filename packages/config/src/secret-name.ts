/** The last words of a key, or of a variable, that names a secret where no schema says so, as in the settings of a plugin. */
export const secretName = /(?:token|password|passwd|secret|api_?key|private_?key|passphrase|credentials?)$/i;
