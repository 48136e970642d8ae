// The two ends of a call through the capture frame, arm64.
        .text
        .globl  call_frame
        .type   call_frame, %function
call_frame:
        stp     x29, x30, [sp, #-176]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        str     x0, [sp, #160]
        mov     x9, sp
        str     x9, [x0, #40]
        adr     x9, 1f
        str     x9, [x0, #56]
        ldp     x19, x20, [x0, #96]
        ldp     x21, x22, [x0, #112]
        ldp     x23, x24, [x0, #128]
        ldp     x25, x26, [x0, #144]
        ldp     x27, x28, [x0, #160]
        ldr     x29, [x0, #176]
        ldp     d8, d9, [x0, #184]
        ldp     d10, d11, [x0, #200]
        ldp     d12, d13, [x0, #216]
        ldp     d14, d15, [x0, #232]
        ldr     x18, [x0, #64]
        ldr     x16, [x0]
        ldr     x2, [x0, #24]
        ldr     x1, [x0, #16]
        ldr     x0, [x0, #8]
        .irp    n, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17
        mov     x\n, #-1
        .endr
        blr     x16
1:
        ldr     x9, [sp, #160]
        str     x0, [x9, #32]
        mov     x10, sp
        str     x10, [x9, #48]
        str     x18, [x9, #80]
        add     x9, x9, #96 + 19 * 8
        stp     x19, x20, [x9]
        stp     x21, x22, [x9, #16]
        stp     x23, x24, [x9, #32]
        stp     x25, x26, [x9, #48]
        stp     x27, x28, [x9, #64]
        str     x29, [x9, #80]
        stp     d8, d9, [x9, #88]
        stp     d10, d11, [x9, #104]
        stp     d12, d13, [x9, #120]
        stp     d14, d15, [x9, #136]
        ldp     d14, d15, [sp, #144]
        ldp     d12, d13, [sp, #128]
        ldp     d10, d11, [sp, #112]
        ldp     d8, d9, [sp, #96]
        ldp     x27, x28, [sp, #80]
        ldp     x25, x26, [sp, #64]
        ldp     x23, x24, [sp, #48]
        ldp     x21, x22, [sp, #32]
        ldp     x19, x20, [sp, #16]
        ldp     x29, x30, [sp], #176
        ret

        .globl  target_stub
        .type   target_stub, %function
target_stub:
        adrp    x9, stub
        add     x9, x9, :lo12:stub
        stp     x0, x1, [x9]
        stp     x2, x3, [x9, #16]
        stp     x4, x5, [x9, #32]
        stp     x6, x7, [x9, #48]
        ldr     x10, [sp]
        str     x10, [x9, #64]
        mov     x10, sp
        str     x10, [x9, #72]
        ldr     w10, [x18, #0x68]
        str     x10, [x9, #80]
        str     x18, [x9, #88]
        ldp     x10, x11, [x29]
        stp     x10, x11, [x9, #96]
        ldr     x10, [x9, #112]
        str     w10, [x18, #0x68]
        ldr     x0, [x9, #120]
        // A callee owns its stack arguments.
        mov     x10, #-1
        str     x10, [sp]
        .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
        mov     x\n, #-1
        .endr
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        movi    v\n\().2d, #-1
        .endr
        .irp    n, 8, 9, 10, 11, 12, 13, 14, 15
        ins     v\n\().d[1], x10
        .endr
        ret

        .section .note.GNU-stack, "", %progbits
