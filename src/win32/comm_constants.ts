/**
 * Constants of serial ports, as the Windows SDK defines them.
 *
 * @module
 */

// DCB
// https://learn.microsoft.com/windows/win32/api/winbase/ns-winbase-dcb

/** No parity bit. */
export const NOPARITY = 0;
/** Odd parity. */
export const ODDPARITY = 1;
/** Even parity. */
export const EVENPARITY = 2;
/** The parity bit is always 1. */
export const MARKPARITY = 3;
/** The parity bit is always 0. */
export const SPACEPARITY = 4;
/** One stop bit. */
export const ONESTOPBIT = 0;
/** One and a half stop bits. */
export const ONE5STOPBITS = 1;
/** Two stop bits. */
export const TWOSTOPBITS = 2;
/** DTR goes off when the port is set up. */
export const DTR_CONTROL_DISABLE = 0;
/** DTR goes on when the port is set up. */
export const DTR_CONTROL_ENABLE = 1;
/** The driver switches DTR off while its input buffer is nearly full. */
export const DTR_CONTROL_HANDSHAKE = 2;
/** RTS goes off when the port is set up. */
export const RTS_CONTROL_DISABLE = 0;
/** RTS goes on when the port is set up. */
export const RTS_CONTROL_ENABLE = 1;
/** The driver switches RTS off while its input buffer is nearly full. */
export const RTS_CONTROL_HANDSHAKE = 2;
/** RTS is on while there are bytes to send. */
export const RTS_CONTROL_TOGGLE = 3;

// COMMTIMEOUTS

/** The greatest DWORD: as `ReadIntervalTimeout`, reads return what there is. */
export const MAXDWORD = 0xFFFF_FFFF;

// SetCommMask, WaitCommEvent
// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setcommmask

/** A byte was received. */
export const EV_RXCHAR = 0x0001;
/** The event character was received. */
export const EV_RXFLAG = 0x0002;
/** The last byte was sent. */
export const EV_TXEMPTY = 0x0004;
/** CTS has changed. */
export const EV_CTS = 0x0008;
/** DSR has changed. */
export const EV_DSR = 0x0010;
/** The carrier has changed. */
export const EV_RLSD = 0x0020;
/** A break was received. */
export const EV_BREAK = 0x0040;
/** A line error happened: framing, overrun or parity. */
export const EV_ERR = 0x0080;
/** The phone rings. */
export const EV_RING = 0x0100;
/** The printer has an error. */
export const EV_PERR = 0x0200;
/** The input buffer is 80 percent full. */
export const EV_RX80FULL = 0x0400;
/** An event of the driver's own. */
export const EV_EVENT1 = 0x0800;
/** Another event of the driver's own. */
export const EV_EVENT2 = 0x1000;

// ClearCommError
// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-clearcommerror

/** The input buffer was full, or bytes came after the end-of-file character. */
export const CE_RXOVER = 0x0001;
/** The hardware's buffer was full: the next byte is lost. */
export const CE_OVERRUN = 0x0002;
/** A byte had the wrong parity. */
export const CE_RXPARITY = 0x0004;
/** A byte had no stop bit. */
export const CE_FRAME = 0x0008;
/** A break was received. */
export const CE_BREAK = 0x0010;

// PurgeComm
// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-purgecomm

/** Ends the writes that are pending. */
export const PURGE_TXABORT = 0x1;
/** Ends the reads that are pending. */
export const PURGE_RXABORT = 0x2;
/** Empties the output buffer. */
export const PURGE_TXCLEAR = 0x4;
/** Empties the input buffer. */
export const PURGE_RXCLEAR = 0x8;

// EscapeCommFunction
// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-escapecommfunction

/** Acts as if XOFF had come. */
export const SETXOFF = 1;
/** Acts as if XON had come. */
export const SETXON = 2;
/** Switches RTS on. */
export const SETRTS = 3;
/** Switches RTS off. */
export const CLRRTS = 4;
/** Switches DTR on. */
export const SETDTR = 5;
/** Switches DTR off. */
export const CLRDTR = 6;
/** Starts a break. */
export const SETBREAK = 8;
/** Ends a break. */
export const CLRBREAK = 9;

// GetCommModemStatus
// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-getcommmodemstatus

/** CTS is on. */
export const MS_CTS_ON = 0x10;
/** DSR is on. */
export const MS_DSR_ON = 0x20;
/** The phone rings. */
export const MS_RING_ON = 0x40;
/** There is a carrier. */
export const MS_RLSD_ON = 0x80;
