export function BrandMark() {
  return (
    <span className="brand-mark" aria-hidden="true">
      <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
        <path d="M7 17.6 24.6 8.2c.8-.4 1.6.4 1.2 1.2l-8.6 16.4c-.4.8-1.6.7-1.9-.2l-1.9-6-6.2-.2c-.9 0-1.2-1.2-.2-1.8Z" fill="currentColor" />
      </svg>
    </span>
  );
}
