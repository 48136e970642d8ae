# The two ends of a call through the capture frame, x64 Windows convention.
        .intel_syntax noprefix
        .text

        .globl  call_frame
        .seh_proc call_frame
call_frame:
        push    rbp
        .seh_pushreg rbp
        push    rbx
        .seh_pushreg rbx
        push    rdi
        .seh_pushreg rdi
        push    rsi
        .seh_pushreg rsi
        push    r12
        .seh_pushreg r12
        push    r13
        .seh_pushreg r13
        push    r14
        .seh_pushreg r14
        push    r15
        .seh_pushreg r15
        sub     rsp, 0xC8
        .seh_stackalloc 0xC8
        .irp    n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movaps  [rsp + 0x20 + (\n - 6) * 16], xmm\n
        .seh_savexmm xmm\n, 0x20 + (\n - 6) * 16
        .endr
        .seh_endprologue
        mov     [rsp + 0xC0], rcx
        mov     rax, rcx
        mov     [rax + 40], rsp
        lea     r10, call_frame_return[rip]
        mov     [rax + 56], r10
        mov     rbx, [rax + 96]
        mov     rbp, [rax + 104]
        mov     rdi, [rax + 112]
        mov     rsi, [rax + 120]
        mov     r12, [rax + 128]
        mov     r13, [rax + 136]
        mov     r14, [rax + 144]
        mov     r15, [rax + 152]
        .irp    n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movups  xmm\n, [rax + 160 + (\n - 6) * 16]
        .endr
        mov     rcx, [rax + 8]
        mov     rdx, [rax + 16]
        mov     r8, [rax + 24]
        pushfq
        mov     r10, [rax + 72]
        or      [rsp], r10
        mov     r9, -1
        mov     r10, -1
        mov     r11, -1
        popfq
        call    [rax]
        .globl  call_frame_return
call_frame_return:
        mov     r10, [rsp + 0xC0]
        mov     [r10 + 32], rax
        mov     [r10 + 48], rsp
        add     r10, 96 + 28 * 8
        mov     [r10], rbx
        mov     [r10 + 8], rbp
        mov     [r10 + 16], rdi
        mov     [r10 + 24], rsi
        mov     [r10 + 32], r12
        mov     [r10 + 40], r13
        mov     [r10 + 48], r14
        mov     [r10 + 56], r15
        .irp    n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movups  [r10 + 64 + (\n - 6) * 16], xmm\n
        movaps  xmm\n, [rsp + 0x20 + (\n - 6) * 16]
        .endr
        add     rsp, 0xC8
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rsi
        pop     rdi
        pop     rbx
        pop     rbp
        ret
        .seh_endproc

        .globl  target_stub
target_stub:
        lea     rax, stub[rip]
        mov     [rax], rcx
        mov     [rax + 8], rdx
        mov     [rax + 16], r8
        mov     [rax + 24], r9
        .irp    n, 0, 1, 2, 3, 4
        mov     r10, [rsp + 0x28 + \n * 8]
        mov     [rax + 32 + \n * 8], r10
        .endr
        mov     [rax + 72], rsp
        mov     r10d, gs:[0x68]
        mov     [rax + 80], r10
        mov     r10, [rax + 112]
        mov     gs:[0x68], r10d
        mov     rax, [rax + 120]
        # A callee owns the home space and its stack arguments.
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8
        mov     qword ptr [rsp + 8 + \n * 8], -1
        .endr
        .irp    r, rcx, rdx, r8, r9, r10, r11
        mov     \r, -1
        .endr
        .irp    n, 0, 1, 2, 3, 4, 5
        pcmpeqd xmm\n, xmm\n
        .endr
        ret

        # int guarded_call(routine, block): 1 if an exception came through the
        # frame and rbx was restored, 2 if it was not, 0 if none came.
        .globl  guarded_call
        .seh_proc guarded_call
guarded_call:
        push    rbx
        .seh_pushreg rbx
        sub     rsp, 0x20
        .seh_stackalloc 0x20
        .seh_handler guard_handler, @except
        .seh_endprologue
        mov     rbx, 0x1234567890ABCDEF
        mov     rax, rcx
        mov     r8, rdx
        xor     ecx, ecx
        xor     edx, edx
        call    rax
        xor     eax, eax
        jmp     1f
        .globl  guarded_resume
guarded_resume:
        mov     rcx, 0x1234567890ABCDEF
        mov     eax, 1
        cmp     rbx, rcx
        je      1f
        mov     eax, 2
1:
        add     rsp, 0x20
        pop     rbx
        ret
        .seh_endproc
