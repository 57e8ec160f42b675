const mebibyte = 1024 * 1024;

export const fileSystems = {
  ext4: { bytes: 96 * mebibyte, make: ['mkfs.ext4', '-q', '-F'], check: ['e2fsck', '-fn'] },
  xfs: { bytes: 320 * mebibyte, make: ['mkfs.xfs', '-q', '-f'], check: ['xfs_repair', '-n'] },
  btrfs: { bytes: 256 * mebibyte, make: ['mkfs.btrfs', '-q', '-f'], check: ['btrfs', 'check'] },
};

/** The exit code of the recorder and the rig where this process may not mount; their standard error says what it may not. */
export const notPermitted = 77;
